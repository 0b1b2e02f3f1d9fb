/** What somebody has typed into a dialogue and not sent: kept for the same action on the same incident. */
const typed = new Map<string, Record<string, unknown>>()

export function keepTyped(action: string, about: string, body: Record<string, unknown>): void {
  typed.set(`${action} ${about}`, { ...body })
}
export const typedBefore = (action: string, about: string): Record<string, unknown> =>
  typed.get(`${action} ${about}`) ?? {}
export const forgetTyped = (action: string, about: string): boolean => typed.delete(`${action} ${about}`)
