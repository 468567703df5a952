/**
 * Runs in the page, before it: in place of the camera somebody who rests, and who smiles when told to.
 *
 * A film that plays by itself would smile too early or too late on a busy machine, and again when its
 * one smile comes round, which is rightly called a loop.
 */
export function act({ pictures, resting, width, height }) {
  const FPS = 15
  const SMILE_MS = 3200
  const REACTION_MS = 400
  const TOLD = /笑|Smile/
  const loaded = Promise.all(Array.from({ length: pictures }, async (_, n) => {
    const answer = await fetch(`/actor/${n}.jpg`)
    return createImageBitmap(await answer.blob())
  }))

  navigator.mediaDevices.getUserMedia = async () => {
    const shown = await loaded
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d')
    const stream = canvas.captureStream()
    const [track] = stream.getTracks()
    let toldAt = null
    const picture = () => {
      const now = performance.now()
      const said = document.querySelector('[mp-id=say]')?.textContent ?? ''
      // Once a try: what is said for a moment in between does not make anybody begin again.
      if (!document.querySelector('[mp-id=hard]')) toldAt = null
      else if (toldAt === null && TOLD.test(said)) toldAt = now
      const since = toldAt === null ? -1 : now - toldAt - REACTION_MS
      if (since >= 0 && since < SMILE_MS) return shown[Math.floor((since / SMILE_MS) * pictures)]
      return shown[thereAndBack(Math.floor((now * FPS) / 1000), resting)]
    }
    const draw = () => {
      if (track.readyState === 'ended') clearInterval(timer)
      // A hand is never quite still, and never twice in the same place.
      const t = performance.now() / 1000
      const across = 3 * Math.sin(1.3 * t) + 2 * Math.sin(3.1 * t)
      const down = 3 * Math.sin(1.7 * t + 1) + 2 * Math.sin(2.6 * t)
      context.drawImage(picture(), across - 5, down - 5, width + 10, height + 10)
    }
    const timer = setInterval(draw, 1000 / FPS)
    draw()
    return stream
  }

  function thereAndBack(n, length) {
    const at = n % (2 * length - 2)
    return at < length ? at : 2 * length - 2 - at
  }
}
