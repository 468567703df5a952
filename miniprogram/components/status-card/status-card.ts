/** One message in the middle of a page: the state, and what to do next. */
Component({
  properties: {
    mood: { type: String, value: 'plain' },
    heading: { type: String, value: '' },
    text: { type: String, value: '' },
  },
})
