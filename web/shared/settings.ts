/** What the server tells every screen of itself before anybody signs in. */
export interface ScreenSettings {
  city: string | null
  city_name: string
  centre: [number, number] | null
  tiles: string
  tiles_attribution: string
  illustrative: boolean
  show_codes: boolean
}

let asked: Promise<ScreenSettings> | undefined

export function screenSettings(): Promise<ScreenSettings> {
  asked ??= fetch('/api/v1/public/screens')
    .then((answer) => answer.json() as Promise<ScreenSettings>)
    .catch((error) => {
      asked = undefined
      throw error
    })
  return asked
}
