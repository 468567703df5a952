import { rememberPhotoLeft } from './memory'
import { problem } from './problem'

/** Let the person take photos (or, where allowed, choose them); an empty list when they think again. Throws a Problem. */
export function takePhotos(count: number, live: boolean): Promise<string[]> {
  return new Promise((resolve, reject) => {
    wx.chooseMedia({
      count,
      mediaType: ['image'],
      sourceType: live ? ['camera'] : ['camera', 'album'],
      sizeType: ['compressed'],
      camera: 'front',
      success: (answer) => resolve(answer.tempFiles.map((file) => file.tempFilePath)),
      fail: ({ errMsg }) => (/cancel/.test(errMsg) ? resolve([]) : reject(problem('photo_refused'))),
    })
  })
}

/** Return a photo's bytes. */
export function fileBytes(filePath: string): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    wx.getFileSystemManager().readFile({
      filePath,
      success: (answer) => resolve(answer.data as ArrayBuffer),
      fail: () => reject(problem('image_unreadable')),
    })
  })
}

/** Delete photos from the phone, which may be the cashier's; what WeChat has already deleted is gone as well. */
export function deletePhotos(paths: readonly string[]): void {
  for (const filePath of paths) {
    wx.getFileSystemManager().unlink({ filePath, fail: ({ errMsg }) => { if (!/no such file/.test(errMsg)) rememberPhotoLeft() } })
  }
}
