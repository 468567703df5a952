/** The oval the face belongs in: a ring that fills, an arrow that shows where to move, 3-2-1, and a wheel until the camera is there. */
Component({
  properties: {
    percent: { type: Number, value: 0 },
    arrow: { type: String, value: '' },
    count: { type: Number, value: 0 },
    waiting: { type: Boolean, value: false },
    label: { type: String, value: '' },
  },
})
