/** A photo as it is sent: upright, small enough, with its words on it. The browser turns it as EXIF says. */
import { attempts, MOST_BYTES, type Size } from './sizing'

const JPEG = 'image/jpeg'

async function opened<T>(blob: Blob, use: (image: HTMLImageElement) => Promise<T>): Promise<T> {
  const url = URL.createObjectURL(blob)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return await use(image)
  } finally {
    URL.revokeObjectURL(url)
  }
}

function drawn(image: HTMLImageElement, size: Size, lines: readonly string[]): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), size)
  const pen = canvas.getContext('2d')!
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(image, 0, 0, size.width, size.height)
  if (lines.length) write(pen, size, lines)
  return canvas
}

/** White on a dark strip at the bottom: legible on every picture. */
function write(pen: CanvasRenderingContext2D, { width, height }: Size, lines: readonly string[]): void {
  const letter = Math.max(14, Math.round(Math.max(width, height) / 50))
  const row = Math.round(letter * 1.5)
  const strip = row * lines.length + letter
  pen.fillStyle = 'rgba(0, 0, 0, 0.55)'
  pen.fillRect(0, height - strip, width, strip)
  pen.fillStyle = '#fff'
  pen.font = `${letter}px system-ui, sans-serif`
  pen.textBaseline = 'middle'
  lines.forEach((line, index) =>
    pen.fillText(line, letter, height - strip + letter / 2 + row * (index + 0.5), width - 2 * letter),
  )
}

const encoded = (canvas: HTMLCanvasElement, quality: number): Promise<Blob> =>
  new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('canvas'))), JPEG, quality),
  )

/** Small enough, with these words. What the browser cannot open (HEIC on some) goes as it is. */
export async function prepare(photo: Blob, lines: readonly string[] = []): Promise<Blob> {
  try {
    return await opened(photo, async (image) => {
      let best: Blob | undefined
      for (const { size, quality } of attempts({ width: image.naturalWidth, height: image.naturalHeight })) {
        best = await encoded(drawn(image, size, lines), quality)
        if (best.size <= MOST_BYTES) break
      }
      return best!
    })
  } catch {
    return photo
  }
}
