/** A document number, checked while it is typed; the server checks it again. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Return what is wrong with a resident's number so far, '' when it is right (GB 11643). */
function wrongWith(number, now) {
  if (number.length < 18) return `还差 ${18 - number.length} 位`
  if (!/^\d{17}[\dX]$/.test(number)) return '证件号不正确，请核对'
  const total = WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(number[i]), 0)
  const [, year, month, day] = number.match(/^\d{6}(\d{4})(\d\d)(\d\d)/).map(Number)
  const birth = new Date(Date.UTC(year, month - 1, day))
  const isDate = birth.getUTCMonth() === month - 1 && birth.getUTCDate() === day && birth <= now
  return '10X98765432'[total % 11] === number[17] && isDate ? '' : '证件号不正确，请核对'
}

/** Say beside the field what is wrong with what stands in it. */
export function checkNumber(now) {
  const field = document.getElementById('id_number')
  const hint = document.getElementById('id_hint')
  const number = field.value
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}='"`‘’“”]/gu, '')
    .toUpperCase()
    .replace(/^([0-9]{17})[×ХΧ]$/, '$1X')
  const isResident = document.getElementById('id_type').value === 'resident'
  const wrong = isResident && number ? wrongWith(number, now) : ''
  field.setCustomValidity(wrong)
  hint.textContent = wrong || (isResident && number ? '证件号正确' : '')
  hint.className = wrong ? 'check wrong' : 'check'
}
