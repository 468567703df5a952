/** Split the notice into lines; the heading of a point such as 一、处理人脸信息：… is separated. */
export function paragraphs(text: string): { head: string; body: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const point = /^([一二三四五六七八九十]+、[^：]{1,20}：)(.*)$/.exec(line)
      return point ? { head: point[1] as string, body: point[2] as string } : { head: '', body: line }
    })
}
