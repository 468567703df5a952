import type { Picture } from '../capture/shrink'

const SIDE = 32
// Minimum difference of both correlations, because a face is nearly symmetric.
const CLEAR = 0.03

/** Return the correlation of two pictures as they are and flipped (Pearson's r over 32 × 32 grey cells of their centre). */
export function fit(photo: Picture, frame: Picture): { same: number; flipped: number } {
  const [one, other] = [grey(photo), grey(frame)]
  const mirror = other.map((_, at) => other[at - (at % SIDE) + SIDE - 1 - (at % SIDE)] as number)
  const round = (value: number) => Math.round(value * 1000) / 1000
  return { same: round(correlation(one, other)), flipped: round(correlation(one, mirror)) }
}

/** Tell whether frames are mirrored, by comparison with an unmirrored photo; null when unclear. */
export function isMirrored({ same, flipped }: { same: number; flipped: number }): boolean | null {
  return Math.abs(same - flipped) < CLEAR ? null : flipped > same
}

/** Return the mean grey of each of 32 × 32 cells of the largest square in the middle. */
function grey({ width, height, data }: Picture): number[] {
  const side = Math.min(width, height)
  const [left, top] = [(width - side) >> 1, (height - side) >> 1]
  return Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [from, upto] = [span(at % SIDE, side), span(Math.floor(at / SIDE), side)]
    let sum = 0
    for (let y = upto[0]; y < upto[1]; y++) {
      for (let x = from[0]; x < from[1]; x++) {
        const i = ((top + y) * width + left + x) * 4
        sum += (data[i] as number) + (data[i + 1] as number) + (data[i + 2] as number)
      }
    }
    return sum / Math.max(1, (from[1] - from[0]) * (upto[1] - upto[0]))
  })
}

function span(cell: number, side: number): [number, number] {
  return [Math.floor((cell * side) / SIDE), Math.floor(((cell + 1) * side) / SIDE)]
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [a, b] = [mean(one), mean(other)]
  let [both, first, second] = [0, 0, 0]
  one.forEach((value, at) => {
    const [x, y] = [value - a, (other[at] as number) - b]
    both += x * y
    first += x * x
    second += y * y
  })
  return both / (Math.sqrt(first * second) || 1)
}
