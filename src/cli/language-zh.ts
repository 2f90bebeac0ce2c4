import { changes, words } from '#chinese'
import { localized } from '../engine/localized.js'
import { english, type Language } from './language.js'

export const chinese: Language = { ...localized(english, changes), words }
