// The commands, in the order in which the help shows them. Each is one file; this is the list.
import { Command } from 'commander'
import { analyzeCommand } from './analyze.ts'
import { apiCommand } from './api.ts'
import { backupCommand } from './backup.ts'
import { completeCommand, completionCommand } from './completion.ts'
import { composeCommand } from './compose.ts'
import { deadLettersCommand } from './dead-letters.ts'
import { deliveriesCommand } from './deliveries.ts'
import { deployCommand } from './deploy.ts'
import { diffCommand } from './diff.ts'
import { diskCommand } from './disk.ts'
import { doctorCommand } from './doctor.ts'
import { driftCommand } from './drift.ts'
import { eventsCommand } from './events.ts'
import { explainCommand } from './explain.ts'
import { restartCommand, scaleCommand, startCommand, stopCommand } from './life.ts'
import { loginCommand, logoutCommand } from './login.ts'
import { logsCommand } from './logs.ts'
import { membersCommand } from './members.ts'
import { operationsCommand } from './operations.ts'
import { pauseCommand, resumeCommand } from './pause.ts'
import { planCommand } from './plan.ts'
import { previewsCommand } from './previews.ts'
import { processesCommand } from './processes.ts'
import { releasesCommand } from './releases.ts'
import { restoreCommand } from './restore.ts'
import { rollbackCommand } from './rollback.ts'
import { schemaCommand } from './schema.ts'
import { secretsCommand } from './secrets.ts'
import { serveCommand } from './serve.ts'
import { servicesCommand } from './services.ts'
import { statusCommand } from './status.ts'
import { tokensCommand } from './tokens.ts'
import { version } from './version.ts'
import { whoamiCommand } from './whoami.ts'

const groups: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Without a server:': [analyzeCommand, explainCommand, diffCommand, planCommand, composeCommand, schemaCommand, doctorCommand],
  'The server:': [
    serveCommand,
    backupCommand,
    restoreCommand,
    processesCommand,
    loginCommand,
    logoutCommand,
    whoamiCommand,
    completionCommand,
  ],
  'What there is:': [
    statusCommand,
    servicesCommand,
    releasesCommand,
    previewsCommand,
    logsCommand,
    eventsCommand,
    deliveriesCommand,
    driftCommand,
    operationsCommand,
    diskCommand,
  ],
  'What is to be:': [
    deployCommand,
    rollbackCommand,
    startCommand,
    stopCommand,
    restartCommand,
    scaleCommand,
    pauseCommand,
    resumeCommand,
    deadLettersCommand,
    secretsCommand,
  ],
  'Access:': [membersCommand, tokensCommand, apiCommand],
}

export function createProgram(): Command {
  const program = new Command('kyozo')
    .description('Directory organization is deployment strategy: a Git repository’s folders become running services.')
    .version(version, '-v, --version', 'print the version')
    .showHelpAfterError('kyozo --help lists the commands.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
  for (const [group, commands] of Object.entries(groups)) {
    program.commandsGroup(group)
    for (const command of commands) program.addCommand(strict(command(), 'kyozo'))
  }
  program.addCommand(strict(completeCommand(), 'kyozo'), { hidden: true })
  return program
}

/** Wrong usage is told with where to read on, at every depth, and ends through the same door. */
function strict(command: Command, above: string): Command {
  const name = `${above} ${command.name()}`
  for (const one of command.commands) strict(one, name)
  return command.exitOverride().showHelpAfterError(`${name} --help says how it is used.`)
}
