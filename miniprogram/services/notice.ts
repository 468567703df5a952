/** One line of the notice: heading, text, and the part answered beneath it ('' = none). */
export interface Point {
  head: string
  body: string
  part: string
}

const SAYS: Record<string, RegExp> = { face: /处理人脸/, transfer: /互联网传输/, reference: /登记照片/ }

/** Split the notice into lines and headings such as 一、处理人脸信息：… Parts that no heading names come last. */
export function paragraphs(text: string, parts: string[]): Point[] {
  const left = [...parts]
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const point = /^([一二三四五六七八九十]+、[^：]{1,20}：)(.*)$/.exec(line)
      const head = point?.[1] ?? ''
      const at = head ? left.findIndex((name) => SAYS[name]?.test(head)) : -1
      return { head, body: point?.[2] ?? line, part: at < 0 ? '' : (left.splice(at, 1)[0] as string) }
    })
  return [...lines, ...left.map((part) => ({ head: '', body: '', part }))]
}
