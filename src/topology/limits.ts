// Every bound of the analysis, with its reason. A repository is untrusted input: nothing here may be reached by an honest one.

/** Services that one stack runs. More is a mistake or an attack; the engine and the forge's status limits end near here too. */
export const servicesLimit = 100

/** Services that an analysis tells of: a collection of examples holds hundreds, and may be looked at though it is never run as one stack. */
export const toldServicesLimit = 1_000

/** Folders that hold a file which some detector looks at. The largest repositories of packages have half as many. */
export const markedFoldersLimit = 20_000

/** Files in one commit. A tree can claim 10^10 paths in a few hundred kilobytes; the walk stops far earlier than memory does. */
export const entriesLimit = 100_000

/** Folders between the root and a file. Deeper ones are generated or hostile, and no service lives there. */
export const folderDepthLimit = 24

/** Characters of a source file that are scanned. Entry files are far smaller; larger ones are bundles. */
export const sourceScanLimit = 64 * 1024

/** Source files followed from one service's entry. Ports, routes and variables are read near the entry. */
export const sourceFilesLimit = 16

/** Characters of a Dockerfile that are parsed; the parser's time grows with the number of instructions. */
export const dockerfileLimit = 64 * 1024

/** Matches taken from one pattern in one file, so that a generated file cannot fill the topology. */
export const matchesLimit = 100

/** Variables kept for one service. */
export const environmentLimit = 100

/** Packages of one Go module followed from one main package. Beyond it the whole module counts as read. */
export const goPackagesLimit = 64

/** Warnings kept; the rest are counted in the last one. */
export const warningsLimit = 50

/**
 * Length, nesting, nodes and aliases of a YAML document: 400 bytes can otherwise expand to gigabytes, and the parser collects errors in
 * quadratic time.
 */
export const yamlLimits = { characters: 64 * 1024, depth: 32, nodes: 20_000, aliases: 50 } as const

/** Length, nesting and elements of an XML document: the largest build files of honest projects have a few thousand elements. */
export const xmlLimits = { characters: 512 * 1024, depth: 64, elements: 20_000 } as const
