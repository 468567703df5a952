import type { Colour } from '../services/contract'

/** The screen's colour: the next one comes with the answer to the frames that this one has lit. */
export class ScreenColour {
  private now = ''
  private over = false

  constructor(private readonly show: (rgb: string) => void) {}

  get isOn(): boolean {
    return this.now !== ''
  }

  /** Show the colour that the server sent, or none. */
  turn(colour: Colour | null | undefined): void {
    const rgb = this.over ? '' : (colour?.rgb ?? '')
    if (rgb === this.now) return
    this.now = rgb
    this.show(rgb)
  }

  /** Show nothing from now on, ignoring later colours. */
  end(): void {
    this.turn(null)
    this.over = true
  }
}
