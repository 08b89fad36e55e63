// A person who follows a link of a commit status signs in first; git and scripts are told to send a token.
import type { NextFunction, Request, Response } from 'express'
import { leadToLogin } from './login.ts'

export function leadBrowsersToLogin(request: Request, response: Response, next: NextFunction): void {
  const isBrowser = request.headers.authorization === undefined && (request.headers.accept ?? '').includes('text/html')
  if (isBrowser && response.locals.isIdentified === true && response.locals.viewer === undefined) leadToLogin(request, response)
  else next()
}
