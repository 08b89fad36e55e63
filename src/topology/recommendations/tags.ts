// The parts of an image's reference that advice is about.

/** The last part of the name: `mcr.microsoft.com/dotnet/aspnet:8.0` is `aspnet`. */
export function imageNamed(image: string): string {
  return /([\w.-]{1,100})(?::[^/]{0,128})?$/.exec(image.split('@')[0] ?? '')?.[1] ?? ''
}

export function tagOf(image: string): string | undefined {
  return /:([\w.-]{1,128})$/.exec(image.split('@')[0] ?? '')?.[1]
}

/** Whether it is one that Docker keeps for everybody, and nobody's own of the same name. */
export function isOfficial(image: string): boolean {
  return !image.replace(/^(?:docker\.io\/)?(?:library\/)?/, '').includes('/')
}

/** Whether it means another image from one day to the next. */
export function isLoose(image: string): boolean {
  if (image === 'scratch' || image.includes('@sha256:') || image.includes('$') || image === '') return false
  // Distroless images are rebuilt under one name, with nothing in them that could change its interface.
  if (image.includes('distroless')) return false
  const tag = tagOf(image)
  return tag === undefined || tag === 'latest'
}
