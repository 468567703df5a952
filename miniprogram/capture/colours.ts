import type { Colour } from '../services/contract'

/** Return the colour that is shown `tMs` after the first frame, '' before and after the sequence. */
export function colourAt(colours: readonly Colour[], tMs: number): string {
  let end = 0
  for (const colour of colours) {
    end += colour.ms
    if (tMs >= 0 && tMs < end) return colour.rgb
  }
  return ''
}

/** Show the sequence from now on; return what stops it. */
export function flash(colours: readonly Colour[], show: (rgb: string) => void): () => void {
  const timers: ReturnType<typeof setTimeout>[] = []
  let at = 0
  for (const colour of colours) {
    timers.push(setTimeout(() => show(colour.rgb), at))
    at += colour.ms
  }
  timers.push(setTimeout(() => show(''), at))
  return () => timers.forEach((timer) => clearTimeout(timer))
}
