/** Working time: how many seconds of it lie between two instants, by the city's calendar (`GET /api/v1/calendar`). */

export interface WorkingDay {
  date: string
  work: boolean
  spans: [string, string][]
}

/** The city's zone is east of Greenwich by whole hours all year round; the offset comes with every time we are sent. */
export class WorkingCalendar {
  private readonly days = new Map<string, WorkingDay>()

  constructor(
    days: WorkingDay[],
    private readonly offset = '+08:00',
  ) {
    for (const day of days) this.days.set(day.date, day)
  }

  /** Working seconds from one instant to the other; negative when `to` is before `from`; null outside the calendar. */
  seconds(from: Date, to: Date): number | null {
    if (to < from) {
      const back = this.seconds(to, from)
      return back === null ? null : -back
    }
    let sum = 0
    for (const date of this.datesBetween(from, to)) {
      const day = this.days.get(date)
      if (!day) return null
      for (const span of day.work ? day.spans : []) sum += this.overlap(date, span, from, to)
    }
    return sum
  }

  private overlap(date: string, [start, end]: [string, string], from: Date, to: Date): number {
    const low = Math.max(this.at(date, start), from.getTime())
    const high = Math.min(this.at(date, end), to.getTime())
    return Math.max(0, high - low) / 1000
  }

  private at(date: string, time: string): number {
    return Date.parse(`${date}T${time}:00${this.offset}`)
  }

  private *datesBetween(from: Date, to: Date): Iterable<string> {
    const shift = this.at('1970-01-01', '00:00')
    const first = Math.floor((from.getTime() - shift) / 86_400_000)
    const last = Math.floor((to.getTime() - shift) / 86_400_000)
    for (let day = first; day <= last; day++) yield new Date(day * 86_400_000).toISOString().slice(0, 10)
  }
}
