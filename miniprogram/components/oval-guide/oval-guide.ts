/** The oval for the face: a progress ring, an arrow that shows where to move, 3-2-1, and a spinner until the camera is ready. */
Component({
  properties: {
    percent: { type: Number, value: 0 },
    arrow: { type: String, value: '' },
    count: { type: Number, value: 0 },
    waiting: { type: Boolean, value: false },
    label: { type: String, value: '' },
  },
})
