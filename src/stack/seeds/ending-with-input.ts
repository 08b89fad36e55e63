// A dump holds locks in a database that is in use. The engine ends no command when whoever began it goes away: it would notice with its next output,
// and a client that waits for somebody else's lock prints nothing, however long that takes. So it is begun by a shell that ends it.
import type { ClientCommand, DumpCommand } from './clients.ts'

const inputVariable = 'KYOZO_SEED_INPUT'

/**
 * Ends as soon as its standard input does, which is to be held open until then, and with the code of the command. Everything it begins it also waits
 * for: a PostgreSQL that is the first process of its container takes an orphan that a signal ended for a crash of its own, and starts anew.
 */
const script = `input=$${inputVariable}
unset ${inputVariable}
exec 3<&0
if [ -n "$input" ]; then printf %s "$input" | "$@" 3<&- & else "$@" 3<&- </dev/null & fi
command=$!
exec >/dev/null 2>&1
{ read -r _ <&3; kill "$command"; } &
watch=$!
wait "$command"
code=$?
kill "$watch"
wait
exit "$code"`

/** The same command, which then reads its input from a variable. */
export function endingWithInput({ command, environment = {}, password, input = '' }: DumpCommand): ClientCommand {
  return { command: ['sh', '-c', script, 'sh', ...command], environment: { ...environment, [inputVariable]: input }, password }
}
