// Debian packages for the libraries that a build looks for, by the names that CMake, Meson and linkers know them by.
import type { Facts } from '../claim.ts'

const packagesByLibrary: Readonly<Record<string, readonly string[]>> = {
  absl: ['libabsl-dev'], asio: ['libasio-dev'], boost: ['libboost-all-dev'], 'boost-beast': ['libboost-all-dev'], cap: ['libcap-dev'],
  catch2: ['catch2'], civetweb: ['libcivetweb-dev'], cli11: ['libcli11-dev'], cpprestsdk: ['libcpprest-dev', 'libssl-dev'],
  cpprest: ['libcpprest-dev', 'libssl-dev'], cppzmq: ['cppzmq-dev'], curl: ['libcurl4-openssl-dev'], libcurl: ['libcurl4-openssl-dev'], cxxopts: ['libcxxopts-dev'],
  crypto: ['libssl-dev'], drogon: ['libjsoncpp-dev', 'uuid-dev', 'libssl-dev', 'zlib1g-dev', 'libbrotli-dev', 'libpq-dev', 'libsqlite3-dev', 'libmariadb-dev', 'libhiredis-dev', 'libyaml-cpp-dev'],
  eigen3: ['libeigen3-dev'], event: ['libevent-dev'], libevent: ['libevent-dev'], fmt: ['libfmt-dev'], gflags: ['libgflags-dev'], glog: ['libgoogle-glog-dev'],
  grpc: ['libgrpc++-dev', 'protobuf-compiler-grpc', 'libprotobuf-dev', 'protobuf-compiler'], 'grpc++': ['libgrpc++-dev', 'protobuf-compiler-grpc', 'libprotobuf-dev', 'protobuf-compiler'],
  gtest: ['libgtest-dev'], hiredis: ['libhiredis-dev'], httplib: ['libcpp-httplib-dev', 'libssl-dev', 'zlib1g-dev', 'libbrotli-dev'], 'cpp-httplib': ['libcpp-httplib-dev', 'libssl-dev', 'zlib1g-dev', 'libbrotli-dev'],
  jsoncpp: ['libjsoncpp-dev'], leveldb: ['libleveldb-dev'], libpq: ['libpq-dev'], pq: ['libpq-dev'], postgresql: ['libpq-dev'], pqxx: ['libpqxx-dev'], libpqxx: ['libpqxx-dev'],
  'libconfig++': ['libconfig++-dev'], libmicrohttpd: ['libmicrohttpd-dev'], microhttpd: ['libmicrohttpd-dev'], libmongoc: ['libmongoc-dev'], 'mongoc-1.0': ['libmongoc-dev'],
  'libmongoc-1.0': ['libmongoc-dev'], libsodium: ['libsodium-dev'], sodium: ['libsodium-dev'], libssl: ['libssl-dev'], ssl: ['libssl-dev'], openssl: ['libssl-dev'],
  libuv: ['libuv1-dev'], uv: ['libuv1-dev'], libxml2: ['libxml2-dev'], lua: ['liblua5.4-dev'], lz4: ['liblz4-dev'], mariadb: ['libmariadb-dev'], mbedtls: ['libmbedtls-dev'],
  mysql: ['default-libmysqlclient-dev'], mysqlclient: ['default-libmysqlclient-dev'], mysqlcppconn: ['libmysqlcppconn-dev'], nghttp2: ['libnghttp2-dev'],
  nlohmann_json: ['nlohmann-json3-dev'], 'nlohmann-json': ['nlohmann-json3-dev'], opencv: ['libopencv-dev'], poco: ['libpoco-dev'], poconet: ['libpoco-dev'], protobuf: ['libprotobuf-dev', 'protobuf-compiler'],
  pugixml: ['libpugixml-dev'], rabbitmq: ['librabbitmq-dev'], rapidjson: ['rapidjson-dev'], rdkafka: ['librdkafka-dev'], 'rdkafka++': ['librdkafka-dev'], librdkafka: ['librdkafka-dev'],
  rocksdb: ['librocksdb-dev'], simdjson: ['libsimdjson-dev'], soci: ['libsoci-dev'], spdlog: ['libspdlog-dev'],
  sqlite3: ['libsqlite3-dev'], sqlite: ['libsqlite3-dev'], systemd: ['libsystemd-dev'], tbb: ['libtbb-dev'], thrift: ['libthrift-dev', 'thrift-compiler'], tinyxml2: ['libtinyxml2-dev'],
  uuid: ['uuid-dev'], websocketpp: ['libwebsocketpp-dev', 'libasio-dev'], 'yaml-cpp': ['libyaml-cpp-dev'], z: ['zlib1g-dev'], zlib: ['zlib1g-dev'], zmq: ['libzmq3-dev'],
  libzmq: ['libzmq3-dev'], zstd: ['libzstd-dev'], libzstd: ['libzstd-dev'],
} // biome-ignore format: a table

/** As a fact for the template; absent when nothing is known to be needed. */
export function systemLibraries(names: Iterable<string>): Facts {
  const packages = [...names].flatMap((name) => (Object.hasOwn(packagesByLibrary, name) ? (packagesByLibrary[name] ?? []) : []))
  return packages.length === 0 ? {} : { systemPackages: [...new Set(packages)].sort() }
}
