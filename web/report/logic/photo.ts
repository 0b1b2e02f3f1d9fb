/** Photos small enough for a slow network: at most 1600 pixels and 500 KB, as JPEG, the right way up. */
export const LONGEST = 1600
export const LARGEST = 500 * 1024
/** What the server takes of one file that we cannot make smaller, such as a HEIC that this browser cannot read. */
export const LARGEST_AS_IT_IS = 20 * 1024 * 1024
const QUALITIES = [0.85, 0.72, 0.6, 0.48]

export interface Size {
  width: number
  height: number
}

/** The same shape, its longer side at most `longest`; never larger than it was. */
export function fitted({ width, height }: Size, longest = LONGEST): Size {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export type Encode = (size: Size, quality: number) => Promise<Blob>

/** The best of the qualities that is small enough; where none is, a smaller picture. */
export async function squeezed(original: Size, encode: Encode, largest = LARGEST): Promise<Blob> {
  let smallest: Blob | undefined
  for (let longest = LONGEST; longest >= 400; longest = Math.floor(longest * 0.75)) {
    for (const quality of QUALITIES) {
      smallest = await encode(fitted(original, longest), quality)
      if (smallest.size <= largest) return smallest
    }
  }
  return smallest as Blob
}

/** Decoded by the browser, which turns it as its EXIF says. */
async function decoded(file: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return image
  } finally {
    URL.revokeObjectURL(url)
  }
}

function encoder(image: HTMLImageElement): Encode {
  const canvas = document.createElement('canvas')
  return (size, quality) => new Promise((done, fail) => {
    Object.assign(canvas, size)
    canvas.getContext('2d')?.drawImage(image, 0, 0, size.width, size.height)
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/jpeg', quality)
  })
}

/** A picture as it is sent; one that this browser cannot read goes as it is. */
export async function shrunk(file: Blob): Promise<Blob> {
  let image: HTMLImageElement
  try {
    image = await decoded(file)
  } catch {
    return file
  }
  return squeezed({ width: image.naturalWidth, height: image.naturalHeight }, encoder(image))
}
