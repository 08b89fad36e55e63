# Makes gems of installed Debian Ruby packages, under their own names and versions, and the index by which Bundler finds them.
require 'fileutils'
require 'rubygems/package'
require 'rubygems/indexer'

target = ARGV.shift
# Debian's own programs ask for the gem of the system, so the few that are needed are written anew.
PROGRAMS = {
  'puma' => "require 'puma/cli'\nPuma::CLI.new(ARGV).run",
  'rackup' => "require 'rack'\nRack::Server.start",
}.freeze
FileUtils.mkdir_p("#{target}/gems")

# Every file of the Debian package that owns the specification, by its path below the folder that Ruby searches.
def modules_of(specification)
  owner = `dpkg -S #{specification.loaded_from}`.split(':').first
  roots = [%r{^/usr/lib/ruby/vendor_ruby/}, %r{^/usr/lib/[^/]+/ruby/vendor_ruby/\d[^/]*/}, %r{^/usr/(?:share|lib/[^/]+)/rubygems-integration/[^/]+/gems/[^/]+/lib/},
           %r{^/usr/lib/[^/]+/rubygems-integration/[^/]+/extensions/[^/]+/[^/]+/[^/]+/}]
  `dpkg -L #{owner}`.lines(chomp: true).select { |path| File.file?(path) }.filter_map do |path|
    root = roots.find { |candidate| path.match?(candidate) }
    [path, path.sub(root, '')] if root
  end
end

ARGV.each do |name|
  found = Gem::Specification.find_by_name(name)
  work = Dir.mktmpdir
  Dir.chdir(work) do
    modules_of(found).each do |path, inner|
      FileUtils.mkdir_p(File.dirname("lib/#{inner}"))
      FileUtils.cp(path, "lib/#{inner}")
    end
    programs = PROGRAMS.slice(*found.executables)
    programs.each do |program, text|
      FileUtils.mkdir_p('exe')
      File.write("exe/#{program}", "#!/usr/bin/env ruby\n#{text}\n")
      FileUtils.chmod(0o755, "exe/#{program}")
    end
    gem = Gem::Specification.new do |made|
      made.name = name
      made.version = found.version
      made.summary = made.description = name
      made.authors = ['Debian']
      made.homepage = 'https://example.com'
      made.license = 'MIT'
      made.files = Dir['{lib,exe}/**/*'].select { |path| File.file?(path) }
      made.bindir = 'exe'
      made.executables = programs.keys
      found.runtime_dependencies.each { |needed| made.add_runtime_dependency(needed.name, *needed.requirements_list) }
    end
    FileUtils.mv(Gem::Package.build(gem, true), "#{target}/gems/")
  end
end
Gem::Indexer.new(target, build_modern: true).generate_index
