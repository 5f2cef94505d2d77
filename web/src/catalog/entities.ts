// The records that the server gives, by kind. Written by `fairlead catalog --types`; a test compares.
export interface Reference {
  id: string;
  title: string;
}

export interface Money {
  amount: string;
  currency: string;
}

export interface UserRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  email: string | null;
  role: Reference | null;
  team: Reference | null;
  manager: Reference | null;
  position: Reference | null;
  phone: string | null;
  language: 'en' | 'vi' | null;
  zone: string | null;
  active: boolean | null;
  administrator: boolean | null;
  started_on: string | null;
  left_on: string | null;
  external_id: string | null;
}

export interface PositionRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  ramp_months: number | null;
}

export interface RoleRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  code: string | null;
  description: string | null;
  administrator: boolean | null;
}

export interface RolePermissionRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  role: Reference | null;
  entity: string | null;
  create: 'none' | 'all' | null;
  read: 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all' | null;
  update: 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all' | null;
  delete: 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all' | null;
  export: 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all' | null;
  bulk: 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all' | null;
  import: 'none' | 'all' | null;
}

export interface FieldPermissionRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  role: Reference | null;
  entity: string | null;
  field: string | null;
  level: 'hidden' | 'read' | 'write' | null;
}

export interface TeamRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  parent: Reference | null;
  manager: Reference | null;
  region: Reference | null;
}

export interface TeamMemberRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  team: Reference | null;
  user: Reference | null;
  begins_on: string | null;
  ends_on: string | null;
}

export interface TerritoryRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  parent: Reference | null;
  manager: Reference | null;
}

export interface TerritoryMemberRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  territory: Reference | null;
  user: Reference | null;
  begins_on: string | null;
  ends_on: string | null;
}

export interface RecordShareRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  entity: string | null;
  record: string | null;
  user: Reference | null;
  team: Reference | null;
  level: 'read' | 'update' | null;
  begins_on: string | null;
  ends_on: string | null;
  reason: string | null;
  shared_by: Reference | null;
}

export interface DelegationRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  from_user: Reference | null;
  to_user: Reference | null;
  begins_on: string | null;
  ends_on: string | null;
  reason: string | null;
}

export interface CompanyRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  currency: string | null;
  zone: string | null;
  fiscal_year_start_month: number | null;
  fiscal_pattern: 'months' | '4-4-5' | '4-5-4' | '5-4-4' | null;
  week_start: 'monday' | 'sunday' | 'saturday' | null;
}

export interface FiscalCalendarRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  begins_on: string | null;
  start_month: number | null;
  pattern: 'months' | '4-4-5' | '4-5-4' | '5-4-4' | null;
}

export interface CurrencyRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  code: string | null;
  name: string | null;
  active: boolean | null;
}

export interface ExchangeRateRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  currency: string | null;
  valid_from: string | null;
  rate: string | null;
  source: string | null;
}

export interface HolidayRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  day: string | null;
  name: string | null;
}

export interface AccountRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  legal_name: string | null;
  tax_code: string | null;
  parent: Reference | null;
  industry: Reference | null;
  region: Reference | null;
  customer_type: Reference | null;
  channel: Reference | null;
  tier: 'strategic' | 'key' | 'standard' | 'small' | null;
  owner: Reference | null;
  team: Reference | null;
  territory: Reference | null;
  website: string | null;
  phone: string | null;
  email: string | null;
  street: string | null;
  city: string | null;
  postal_code: string | null;
  country: string | null;
  annual_revenue: Money | null;
  employees: number | null;
  founded_in: number | null;
  do_not_contact: boolean | null;
  description: string | null;
  external_id: string | null;
}

export interface ContactRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  given_name: string | null;
  family_name: string | null;
  family_name_first: boolean | null;
  account: Reference | null;
  job_title: string | null;
  email: string | null;
  second_email: string | null;
  phone: string | null;
  mobile: string | null;
  owner: Reference | null;
  team: Reference | null;
  territory: Reference | null;
  do_not_contact: boolean | null;
  description: string | null;
  external_id: string | null;
}

export interface ActivityRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  kind: 'call' | 'email' | 'meeting' | 'note' | null;
  subject: string | null;
  body: string | null;
  at: string | null;
  length: number | null;
  direction: 'outbound' | 'inbound' | null;
  outcome: string | null;
  account: Reference | null;
  contact: Reference | null;
  opportunity: Reference | null;
  lead: Reference | null;
  owner: Reference | null;
  team: Reference | null;
  external_id: string | null;
}

export interface ActivityLinkRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  activity: Reference | null;
  entity: string | null;
  record: string | null;
}

export interface TaskRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  subject: string | null;
  description: string | null;
  due_on: string | null;
  priority: 'high' | 'normal' | 'low' | null;
  done: boolean | null;
  done_at: string | null;
  account: Reference | null;
  contact: Reference | null;
  opportunity: Reference | null;
  lead: Reference | null;
  owner: Reference | null;
  team: Reference | null;
  overdue: boolean | null;
  external_id: string | null;
}

export interface ProductRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  code: string | null;
  family: string | null;
  price: Money | null;
  unit: string | null;
  active: boolean | null;
  description: string | null;
  external_id: string | null;
}

export interface IndustryRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  position: number | null;
}

export interface RegionRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  parent: Reference | null;
  position: number | null;
}

export interface CustomerTypeRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  position: number | null;
}

export interface ChannelRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  position: number | null;
}

export interface TagRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  colour: string | null;
}

export interface RecordTagRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  tag: Reference | null;
  entity: string | null;
  record: string | null;
}

export interface CompetitorRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  website: string | null;
  strengths: string | null;
  weaknesses: string | null;
}

export interface OpportunityRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  account: Reference | null;
  contact: Reference | null;
  owner: Reference | null;
  team: Reference | null;
  territory: Reference | null;
  pipeline: Reference | null;
  stage: Reference | null;
  amount: Money | null;
  close_date: string | null;
  probability: string | null;
  probability_by_person: boolean | null;
  forecast_category: 'pipeline' | 'best_case' | 'most_likely' | 'commit' | 'closed' | 'omitted' | null;
  category_by_person: boolean | null;
  type: 'new' | 'expansion' | 'renewal' | null;
  product: Reference | null;
  source: Reference | null;
  lead: Reference | null;
  next_step: string | null;
  next_step_on: string | null;
  opened_on: string | null;
  start_unknown: boolean | null;
  closed_on: string | null;
  closed_owner: Reference | null;
  closed_team: Reference | null;
  reopened_on: string | null;
  stage_since: string | null;
  last_open_stage: Reference | null;
  last_activity_at: string | null;
  lost_reason: Reference | null;
  lost_note: string | null;
  lost_to: Reference | null;
  description: string | null;
  external_id: string | null;
  weighted_amount: Money | null;
  is_open: boolean | null;
  is_stale: boolean | null;
  is_overdue: boolean | null;
}

export interface OpportunityLineRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  opportunity: Reference | null;
  product: Reference | null;
  quantity: string | null;
  unit_price: Money | null;
  discount: string | null;
  total: Money | null;
  note: string | null;
  external_id: string | null;
}

export interface OpportunityCompetitorRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  opportunity: Reference | null;
  competitor: Reference | null;
  standing: 'present' | 'ahead' | 'behind' | 'out' | null;
  note: string | null;
}

export interface OpportunityMemberRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  opportunity: Reference | null;
  user: Reference | null;
  part: string | null;
  split: string | null;
}

export interface StageVisitRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  opportunity: Reference | null;
  stage: Reference | null;
  entered_at: string | null;
  left_at: string | null;
  start_known: boolean | null;
  days: string | null;
}

export interface PipelineRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  code: string | null;
  version_number: number | null;
  state: 'draft' | 'active' | 'retired' | null;
  replaces: Reference | null;
  position: number | null;
}

export interface StageRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  code: string | null;
  pipeline: Reference | null;
  kind: 'open' | 'won' | 'lost' | 'on_hold' | null;
  position: number | null;
  probability: string | null;
  forecast_category: 'pipeline' | 'best_case' | 'most_likely' | 'commit' | 'closed' | 'omitted' | null;
  stale_days: number | null;
}

export interface StageRequirementRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  stage: Reference | null;
  moment: 'entry' | 'exit' | null;
  condition: string | null;
  message: string | null;
  field: string | null;
}

export interface LostReasonRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  active: boolean | null;
  position: number | null;
}

export interface LeadRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  company: string | null;
  job_title: string | null;
  email: string | null;
  phone: string | null;
  status: 'new' | 'working' | 'nurturing' | 'qualified' | 'converted' | 'disqualified' | null;
  source: Reference | null;
  owner: Reference | null;
  team: Reference | null;
  territory: Reference | null;
  industry: Reference | null;
  region: Reference | null;
  city: string | null;
  country: string | null;
  website: string | null;
  do_not_contact: boolean | null;
  last_activity_at: string | null;
  disqualified_because: string | null;
  converted_at: string | null;
  account: Reference | null;
  contact: Reference | null;
  opportunity: Reference | null;
  description: string | null;
  external_id: string | null;
}

export interface LeadSourceRecord {
  id: string;
  version: number;
  created_at: string | null;
  created_by: Reference | null;
  updated_at: string | null;
  updated_by: Reference | null;
  deleted_at: string | null;
  merged_into: Reference | null;
  last_seq: number | null;
  effective_at: string | null;
  name: string | null;
  active: boolean | null;
  position: number | null;
}

export interface Records {
  user: UserRecord;
  position: PositionRecord;
  role: RoleRecord;
  role_permission: RolePermissionRecord;
  field_permission: FieldPermissionRecord;
  team: TeamRecord;
  team_member: TeamMemberRecord;
  territory: TerritoryRecord;
  territory_member: TerritoryMemberRecord;
  record_share: RecordShareRecord;
  delegation: DelegationRecord;
  company: CompanyRecord;
  fiscal_calendar: FiscalCalendarRecord;
  currency: CurrencyRecord;
  exchange_rate: ExchangeRateRecord;
  holiday: HolidayRecord;
  account: AccountRecord;
  contact: ContactRecord;
  activity: ActivityRecord;
  activity_link: ActivityLinkRecord;
  task: TaskRecord;
  product: ProductRecord;
  industry: IndustryRecord;
  region: RegionRecord;
  customer_type: CustomerTypeRecord;
  channel: ChannelRecord;
  tag: TagRecord;
  record_tag: RecordTagRecord;
  competitor: CompetitorRecord;
  opportunity: OpportunityRecord;
  opportunity_line: OpportunityLineRecord;
  opportunity_competitor: OpportunityCompetitorRecord;
  opportunity_member: OpportunityMemberRecord;
  stage_visit: StageVisitRecord;
  pipeline: PipelineRecord;
  stage: StageRecord;
  stage_requirement: StageRequirementRecord;
  lost_reason: LostReasonRecord;
  lead: LeadRecord;
  lead_source: LeadSourceRecord;
}

export type EntityName = keyof Records;

export const plurals: Record<EntityName, string> = {
  user: 'users',
  position: 'positions',
  role: 'roles',
  role_permission: 'role_permissions',
  field_permission: 'field_permissions',
  team: 'teams',
  team_member: 'team_members',
  territory: 'territories',
  territory_member: 'territory_members',
  record_share: 'record_shares',
  delegation: 'delegations',
  company: 'companies',
  fiscal_calendar: 'fiscal_calendars',
  currency: 'currencies',
  exchange_rate: 'exchange_rates',
  holiday: 'holidays',
  account: 'accounts',
  contact: 'contacts',
  activity: 'activities',
  activity_link: 'activity_links',
  task: 'tasks',
  product: 'products',
  industry: 'industries',
  region: 'regions',
  customer_type: 'customer_types',
  channel: 'channels',
  tag: 'tags',
  record_tag: 'record_tags',
  competitor: 'competitors',
  opportunity: 'opportunities',
  opportunity_line: 'opportunity_lines',
  opportunity_competitor: 'opportunity_competitors',
  opportunity_member: 'opportunity_members',
  stage_visit: 'stage_visits',
  pipeline: 'pipelines',
  stage: 'stages',
  stage_requirement: 'stage_requirements',
  lost_reason: 'lost_reasons',
  lead: 'leads',
  lead_source: 'lead_sources',
};

// Currencies in force, by ISO 4217; codes that nobody pays with are not among them.
export const currencyCodes = (
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD ' +
  'CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL ' +
  'GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW ' +
  'KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD ' +
  'NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP ' +
  'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS ' +
  'VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
).split(' ');
