/** Which deliveries may go out again: those that were given up, and a webhook's also when it was sent. */
const FINISHED = new Set(['sent', 'dropped'])

export const mayGoAgain = (row: { state: string; channel: string }): boolean =>
  row.state === 'dead' || (row.channel === 'webhook' && FINISHED.has(row.state))
