/** What went wrong, in the words of the server (RFC 9457), or of the network. */
export interface FieldError {
  field: string
  message: string
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly more: Record<string, unknown> = {},
  ) {
    super(detail)
  }

  /** The server was not reached: the same request may be sent again later. */
  get offline(): boolean {
    return this.status === 0
  }

  /** The request may succeed later as it is: no network, too many, or a fault of the server. */
  get passing(): boolean {
    return this.offline || this.status === 429 || this.status >= 500
  }

  /** One sentence for a person: the detail, and what is wrong with which field. */
  get sentence(): string {
    const fields = this.errors.map((error) => error.message).filter((message) => !this.detail.includes(message))
    return [this.detail, ...fields].filter(Boolean).join(' ')
  }
}

export const OFFLINE_CODE = 'offline'

export function offline(): Problem {
  const english = document?.documentElement.lang === 'en'
  return new Problem(0, OFFLINE_CODE, english ? 'No connection to the server.' : '网络不通, 未连上服务器。')
}

/** The problem that an answer tells of; also when it came from a proxy and is no problem document. */
export async function problemOf(response: Response): Promise<Problem> {
  let told: Record<string, unknown> = {}
  try {
    told = (await response.clone().json()) as Record<string, unknown>
  } catch {
    // not JSON: a proxy spoke
  }
  const { status: _status, code, detail, title, errors, type: _type, ...more } = told
  return new Problem(
    response.status,
    String(code ?? `http_${response.status}`),
    String(detail ?? title ?? `HTTP ${response.status}`),
    (errors as FieldError[]) ?? [],
    more,
  )
}
