import { snapshot } from '../capture/snapshot'
import { stageFor } from '../capture/stage'
import { LIMITS } from './lifecycle'
import { problem } from './problem'
import { fill, strings } from './strings/index'

/** A photo of an appeal: a WeChat file on the person's own phone; on the cashier's phone only bytes, with a thumbnail. */
export interface Photo {
  path: string
  bytes?: ArrayBuffer
}

const SENT = { side: 640, quality: 0.85 }
const SHOWN = { side: 240, quality: 0.7 }

/** Return the photos' thumbnails, and whether more may be added. */
export function shown(kept: readonly Photo[]): { photos: { path: string; label: string }[]; more: boolean; error: string } {
  const photos = kept.map(({ path }, i) => ({ path, label: fill(strings().appeal.photo, { number: i + 1 }) }))
  return { photos, more: kept.length < LIMITS.appealPhotos, error: '' }
}

/** Let the person take or choose photos on their own phone; an empty list when cancelled. Throws a Problem. */
export function choosePhotos(count: number): Promise<Photo[]> {
  return new Promise((resolve, reject) => {
    wx.chooseMedia({
      count,
      mediaType: ['image'],
      sourceType: ['camera', 'album'],
      sizeType: ['compressed'],
      camera: 'front',
      success: (answer) => resolve(answer.tempFiles.map((file) => ({ path: file.tempFilePath }))),
      fail: ({ errMsg }) => (/cancel/.test(errMsg) ? resolve([]) : reject(problem('photo_refused'))),
    })
  })
}

/** Take a photo with the page's own camera, in memory only. Throws a Problem. */
export async function shoot(page: Parameters<typeof stageFor>[0]): Promise<Photo> {
  const stage = await stageFor(page, false)
  const bytes = await snapshot(stage, SENT.side, SENT.quality)
  const small = await snapshot(stage, SHOWN.side, SHOWN.quality)
  return { path: `data:image/jpeg;base64,${wx.arrayBufferToBase64(small)}`, bytes }
}

/** Return a photo as a part of the appeal's form. */
export async function part(photo: Photo, index: number): Promise<{ name: string; file: string; bytes: ArrayBuffer }> {
  const kind = photo.path.toLowerCase().endsWith('.png') ? 'png' : 'jpg'
  return { name: 'photos', file: `${index}.${kind}`, bytes: photo.bytes ?? (await fileBytes(photo.path)) }
}

function fileBytes(filePath: string): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    wx.getFileSystemManager().readFile({
      filePath,
      success: (answer) => resolve(answer.data as ArrayBuffer),
      fail: () => reject(problem('image_unreadable')),
    })
  })
}

/** Delete the files of photos from the phone; those in memory have none. WeChat later removes those that cannot be deleted now. */
export function forget(photos: readonly Photo[]): void {
  for (const { path, bytes } of photos) if (!bytes) wx.getFileSystemManager().unlink({ filePath: path, fail: () => undefined })
}
