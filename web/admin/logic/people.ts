/** The people of the city, as the screens for them need them. */
import type { components } from '@shared/api/schema'

export type Account = components['schemas']['AccountPage']['items'][number]
export type Department = components['schemas']['DepartmentPage']['items'][number]

export const ROLES = [
  'grid_worker',
  'community_lead',
  'dispatcher',
  'handler',
  'department_head',
  'district_centre',
  'supervisor',
  'leader',
  'admin',
  'auditor',
  'hotline',
  'sensor',
  'resident',
] as const
const OF_DEPARTMENTS = new Set(['handler', 'department_head'])
export const needsDepartment = (role: string): boolean => OF_DEPARTMENTS.has(role)

const LEVELS: Record<number, string> = { 2: 'city', 6: 'district', 9: 'street', 12: 'community', 15: 'cell' }
/** The level of a unit, by the length of its code (6+3+3+3 digits). */
export const levelOf = (unit: string): string => LEVELS[unit.length] ?? ''
