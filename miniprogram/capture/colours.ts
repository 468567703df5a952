import type { Colour } from '../services/contract'

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
