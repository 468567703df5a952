/** The oval the face belongs in: a ring that fills, and an arrow that shows where to move. */
Component({
  properties: {
    percent: { type: Number, value: 0 },
    arrow: { type: String, value: '' },
    label: { type: String, value: '' },
  },
})
