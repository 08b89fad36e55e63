// What browsers are told about kyozo's own pages: nothing inline, nothing from elsewhere, in nobody's frame.
import type { RequestHandler } from 'express'
import helmet from 'helmet'

const halfYearSeconds = 15_552_000

/** `githubUrl` is where a form may lead when people sign in there. */
export function securityHeaders(options: { readonly baseUrl: string; readonly githubUrl: string | undefined }): RequestHandler {
  const isSecure = options.baseUrl.startsWith('https://')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'", ...(options.githubUrl === undefined ? [] : [new URL(options.githubUrl).origin])],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: isSecure ? { maxAge: halfYearSeconds, includeSubDomains: false } : false,
    // An opener policy means nothing without TLS, and browsers complain about it.
    crossOriginOpenerPolicy: isSecure,
    originAgentCluster: isSecure,
  })
}
