// Modules that say what a Go program is. Data: add a line, no code.

export interface GoFramework {
  readonly name: string
  /** Modules, or packages of them, without their major version. */
  readonly modules: readonly string[]
  /** Where it listens when nobody says; absent for what takes work from a queue or a clock. */
  readonly port?: number
  /** The path that answers whether it is well, when the framework brings one. */
  readonly health?: string
  /** Default is `server`. */
  readonly kind?: 'server' | 'worker'
  /** The call that makes a server of it, when clients and tools import it too. */
  readonly call?: RegExp
}

/** Those built on others come first. */
export const goFrameworks: readonly GoFramework[] = [
  { name: 'pocketbase', modules: ['github.com/pocketbase/pocketbase'], port: 8090, health: '/api/health' },
  { name: 'encore', modules: ['encore.dev'], port: 4000, health: '/__encore/healthz' },
  { name: 'gofr', modules: ['gofr.dev'], port: 8000, health: '/.well-known/alive' },
  { name: 'go-zero', modules: ['github.com/zeromicro/go-zero', 'github.com/tal-tech/go-zero'], port: 8888 },
  { name: 'kratos', modules: ['github.com/go-kratos/kratos'], port: 8000 },
  { name: 'kitex', modules: ['github.com/cloudwego/kitex'], port: 8888, call: /\bNewServer\s{0,4}\(/ },
  { name: 'hertz', modules: ['github.com/cloudwego/hertz'], port: 8888 },
  { name: 'goframe', modules: ['github.com/gogf/gf'], port: 8000 },
  { name: 'fuego', modules: ['github.com/go-fuego/fuego'], port: 9999 },
  { name: 'caddy', modules: ['github.com/caddyserver/caddy'], port: 80, call: /\bcaddycmd\.Main\s{0,4}\(/ },
  { name: 'goyave', modules: ['goyave.dev/goyave'], port: 8080 },
  { name: 'buffalo', modules: ['github.com/gobuffalo/buffalo'], port: 3000 },
  { name: 'revel', modules: ['github.com/revel/revel'], port: 9000 },
  { name: 'beego', modules: ['github.com/beego/beego', 'github.com/astaxie/beego'], port: 8080 },
  { name: 'iris', modules: ['github.com/kataras/iris'], port: 8080 },
  { name: 'huma', modules: ['github.com/danielgtaylor/huma'], port: 8888 },
  { name: 'gin', modules: ['github.com/gin-gonic/gin'], port: 8080 },
  { name: 'echo', modules: ['github.com/labstack/echo'], port: 1323 },
  { name: 'fiber', modules: ['github.com/gofiber/fiber'], port: 3000 },
  { name: 'chi', modules: ['github.com/go-chi/chi', 'github.com/pressly/chi'], port: 8080 },
  { name: 'gorilla', modules: ['github.com/gorilla/mux'], port: 8080 },
  { name: 'martini', modules: ['github.com/go-martini/martini'], port: 3000 },
  { name: 'httprouter', modules: ['github.com/julienschmidt/httprouter'], port: 8080 },
  { name: 'bunrouter', modules: ['github.com/uptrace/bunrouter'], port: 8080 },
  { name: 'httptreemux', modules: ['github.com/dimfeld/httptreemux'], port: 8080 },
  { name: 'goji', modules: ['goji.io', 'github.com/zenazn/goji'], port: 8000 },
  { name: 'go-restful', modules: ['github.com/emicklei/go-restful'], port: 8080 },
  { name: 'atreugo', modules: ['github.com/savsgio/atreugo'], port: 8000 },
  { name: 'negroni', modules: ['github.com/urfave/negroni'], port: 3000 },
  { name: 'goa', modules: ['goa.design/goa'], port: 8080 },
  { name: 'go-kit', modules: ['github.com/go-kit/kit'], port: 8080, call: /\bNewServer\s{0,4}\(/ },
  { name: 'go-micro', modules: ['go-micro.dev', 'github.com/asim/go-micro', 'github.com/micro/go-micro', 'github.com/micro/micro'], port: 8080 },
  { name: 'gqlgen', modules: ['github.com/99designs/gqlgen'], port: 8080, call: /\bhandler\.New\w{0,20}\s{0,4}\(/ },
  { name: 'fasthttp', modules: ['github.com/valyala/fasthttp'], port: 8080, call: /\bfasthttp\.(?:ListenAndServe\w{0,20}|Serve\w{0,10}|Server)\b/ },
  { name: 'functions-framework', modules: ['github.com/GoogleCloudPlatform/functions-framework-go'], port: 8080 },
  { name: 'connect', modules: ['connectrpc.com/connect', 'github.com/bufbuild/connect-go'], port: 8080, call: /\bNew\w{1,60}Handler\s{0,4}\(/ },
  { name: 'twirp', modules: ['github.com/twitchtv/twirp'], port: 8080, call: /\bNew\w{1,60}Server\s{0,4}\(/ },
  { name: 'grpc', modules: ['google.golang.org/grpc'], port: 50051, call: /\bgrpc\.NewServer\s{0,4}\(/ },
  { name: 'lambda', modules: ['github.com/aws/aws-lambda-go/lambda'], kind: 'worker' },
  { name: 'controller-runtime', modules: ['sigs.k8s.io/controller-runtime', 'github.com/operator-framework/operator-sdk'], kind: 'worker' },
  { name: 'temporal', modules: ['go.temporal.io/sdk/worker'], kind: 'worker' },
  { name: 'asynq', modules: ['github.com/hibiken/asynq'], kind: 'worker' },
  { name: 'machinery', modules: ['github.com/RichardKnop/machinery'], kind: 'worker' },
  { name: 'river', modules: ['github.com/riverqueue/river'], kind: 'worker' },
  { name: 'watermill', modules: ['github.com/ThreeDotsLabs/watermill'], kind: 'worker' },
  { name: 'cron', modules: ['github.com/robfig/cron', 'github.com/go-co-op/gocron'], kind: 'worker' },
  { name: 'discord', modules: ['github.com/bwmarrin/discordgo', 'github.com/disgoorg/disgo'], kind: 'worker' },
  { name: 'telegram', modules: ['github.com/go-telegram-bot-api/telegram-bot-api', 'gopkg.in/telebot.v3', 'gopkg.in/tucnak/telebot.v2', 'github.com/go-telegram/bot', 'github.com/mymmrac/telego'], kind: 'worker' },
] // biome-ignore format: a table

/** Packages of programs that people run by hand. */
export const goToolPackages: readonly string[] = [
  'github.com/spf13/cobra', 'github.com/urfave/cli', 'github.com/alecthomas/kong', 'github.com/alecthomas/kingpin', 'gopkg.in/alecthomas/kingpin.v2', 'github.com/jessevdk/go-flags', 'github.com/alexflint/go-arg', 'github.com/peterbourgon/ff',
  'github.com/charmbracelet/bubbletea', 'github.com/rivo/tview', 'github.com/jroimartin/gocui', 'github.com/manifoldco/promptui', 'github.com/AlecAivazis/survey',
  'github.com/magefile/mage', 'golang.org/x/tools/go/analysis', 'google.golang.org/protobuf/compiler/protogen', 'entgo.io/ent/entc',
  'fyne.io/fyne', 'github.com/wailsapp/wails', 'github.com/hajimehoshi/ebiten',
] // biome-ignore format: a list

/** What draws on a terminal: the program is for whoever sits before it. */
export const goScreenPackages: readonly string[] = [
  'github.com/charmbracelet/bubbletea', 'charm.land/bubbletea', 'github.com/rivo/tview', 'github.com/gdamore/tcell', 'github.com/jroimartin/gocui', 'github.com/awesome-gocui/gocui',
  'github.com/jesseduffield/gocui', 'github.com/nsf/termbox-go', 'github.com/gizak/termui', 'github.com/mum4k/termdash', 'github.com/derailed/tview', 'github.com/derailed/tcell',
] // biome-ignore format: a list

/** What lets people on other machines in, screen and all. */
export const goRemotePackages: readonly string[] = ['github.com/charmbracelet/wish', 'charm.land/wish', 'github.com/charmbracelet/ssh', 'github.com/gliderlabs/ssh', 'golang.org/x/crypto/ssh'] // biome-ignore format: a list

/** Programs that another program loads. */
export const goPluginPackages: readonly string[] = ['github.com/hashicorp/terraform-plugin-sdk', 'github.com/hashicorp/terraform-plugin-framework', 'github.com/hashicorp/go-plugin', 'github.com/hashicorp/packer-plugin-sdk', 'github.com/pulumi/pulumi/pkg/provider'] // biome-ignore format: a list

/** Manifests from before modules. */
export const oldGoManifests: readonly string[] = ['Gopkg.toml', 'glide.yaml']
