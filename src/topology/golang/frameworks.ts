// Modules that say what a Go program is. Data: add a line, no code.

export interface GoFramework {
  readonly name: string
  readonly module: string
  readonly port: number
}

export const goFrameworks: readonly GoFramework[] = [
  { name: 'gin', module: 'github.com/gin-gonic/gin', port: 8080 },
  { name: 'echo', module: 'github.com/labstack/echo', port: 1323 },
  { name: 'fiber', module: 'github.com/gofiber/fiber', port: 3000 },
  { name: 'chi', module: 'github.com/go-chi/chi', port: 8080 },
  { name: 'gorilla', module: 'github.com/gorilla/mux', port: 8080 },
  { name: 'httprouter', module: 'github.com/julienschmidt/httprouter', port: 8080 },
  { name: 'connect', module: 'connectrpc.com/connect', port: 8080 },
  { name: 'grpc', module: 'google.golang.org/grpc', port: 50051 },
]

/** Packages of programs that people run by hand. */
export const goToolPackages: readonly string[] = ['github.com/spf13/cobra', 'github.com/urfave/cli/v2', 'github.com/urfave/cli/v3', 'github.com/charmbracelet/bubbletea', 'github.com/alecthomas/kong'] // biome-ignore format: a list
