/** What has been recorded, in /voice/zh; made by python -m scripts.miniprogram.voice. */
export const PROMPTS: readonly string[] = ['ready', 'ready_good', 'straight', 'turn_left', 'turn_right', 'nod', 'closer', 'open_mouth', 'smile', 'close_eyes', 'blink', 'done', 'no_face', 'two_faces', 'too_dark', 'too_bright', 'too_far', 'too_close', 'blurred', 'covered', 'turned', 'passed', 'failed']
