// What gets no more security fixes, with the day of the last one. A table of what has ended, so that the same commit gets the same advice on
// every day. Checked on 2026-11-21 against the projects' schedules as endoflife.date publishes them (its data of 2026-08-22); what was to
// end between the two days is taken at its announced day.
import type { ServiceType } from '../topology.ts'

export interface Ended {
  /** As people call it. */
  readonly name: string
  /** Names of images of it. */
  readonly images: readonly string[]
  /** Versions as tags write them. */
  readonly versions: Readonly<Record<string, string>>
  /** What to move to. */
  readonly supported: string
}

export interface EndedRuntime extends Ended {
  readonly type: ServiceType
}

export const endedRuntimes: readonly EndedRuntime[] = [
  { type: 'nodejs', name: 'Node.js', images: ['node'], supported: '24', versions: { 6: '2019-04-30', 7: '2017-06-30', 8: '2019-12-31', 9: '2018-06-30', 10: '2021-04-30', 11: '2019-06-30', 12: '2022-04-30', 13: '2020-06-01', 14: '2023-04-30', 15: '2021-06-01', 16: '2023-09-11', 17: '2022-06-01', 18: '2025-04-30', 19: '2023-06-01', 20: '2026-04-30', 21: '2024-06-01', 23: '2025-06-01', 25: '2026-06-01' } },
  { type: 'python', name: 'Python', images: ['python'], supported: '3.13', versions: { 2.7: '2020-01-01', 3.4: '2019-03-18', 3.5: '2020-09-30', 3.6: '2021-12-23', 3.7: '2023-06-27', 3.8: '2024-10-07', 3.9: '2025-10-31', '3.10': '2026-10-31' } },
  { type: 'ruby', name: 'Ruby', images: ['ruby'], supported: '3.4', versions: { 2.1: '2017-03-31', 2.2: '2018-03-31', 2.3: '2019-03-31', 2.4: '2020-03-31', 2.5: '2021-03-31', 2.6: '2022-03-31', 2.7: '2023-03-31', '3.0': '2024-04-23', 3.1: '2025-03-26', 3.2: '2026-03-31' } },
  { type: 'php', name: 'PHP', images: ['php'], supported: '8.4', versions: { 5.4: '2015-09-14', 5.5: '2016-07-21', 5.6: '2018-12-31', '7.0': '2019-01-10', 7.1: '2019-12-01', 7.2: '2020-11-30', 7.3: '2021-12-06', 7.4: '2022-11-28', '8.0': '2023-11-26', 8.1: '2025-12-31' } },
  { type: 'golang', name: 'Go', images: ['golang'], supported: '1.26', versions: { '1.10': '2019-02-25', 1.11: '2019-09-03', 1.12: '2020-02-25', 1.13: '2020-08-11', 1.14: '2021-02-16', 1.15: '2021-08-16', 1.16: '2022-03-15', 1.17: '2022-08-02', 1.18: '2023-02-01', 1.19: '2023-09-06', '1.20': '2024-02-06', 1.21: '2024-08-13', 1.22: '2025-02-11', 1.23: '2025-08-12', 1.24: '2026-02-10', 1.25: '2026-08-19' } },
  { type: 'dotnet', name: '.NET', images: ['aspnet', 'dotnet', 'runtime', 'sdk'], supported: '10.0', versions: { '1.0': '2019-06-27', 1.1: '2019-06-27', '2.0': '2018-10-01', 2.1: '2021-08-21', 2.2: '2019-12-23', '3.0': '2020-03-03', 3.1: '2022-12-13', '5.0': '2022-05-10', '6.0': '2024-11-12', '7.0': '2024-05-14', '8.0': '2026-11-10', '9.0': '2026-11-10' } },
  // Of Java the versions between the long-term ones end with the next; 8, 11, 17, 21 and 25 get fixes.
  { type: 'java', name: 'Java', images: ['eclipse-temurin', 'amazoncorretto', 'openjdk', 'zulu-openjdk', 'liberica-openjdk-alpine', 'liberica-openjre-alpine'], supported: '25', versions: { 7: '2019-07-31', 9: '2018-03-20', 10: '2018-09-25', 12: '2019-09-17', 13: '2020-03-17', 14: '2020-09-16', 15: '2021-03-16', 16: '2021-09-30', 18: '2022-09-30', 19: '2023-03-31', 20: '2023-09-19', 22: '2024-09-17', 23: '2025-03-18', 24: '2025-09-16', 26: '2026-09-15' } },
] // biome-ignore format: a table

/** Systems that images are made of. Debian's and Ubuntu's days are those of their free long-term support. */
export const endedSystems: readonly (Ended & { readonly codenames: Readonly<Record<string, string>> })[] = [
  { name: 'Debian', images: ['debian'], supported: '13 (trixie)', codenames: { jessie: '8', stretch: '9', buster: '10', bullseye: '11' }, versions: { 7: '2018-05-31', 8: '2020-06-30', 9: '2022-07-01', 10: '2024-06-30', 11: '2026-08-31' } },
  { name: 'Ubuntu', images: ['ubuntu'], supported: '24.04', codenames: { trusty: '14.04', xenial: '16.04', bionic: '18.04', focal: '20.04' }, versions: { 14.04: '2019-04-02', 16.04: '2021-04-02', 18.04: '2023-05-31', 19.04: '2020-01-23', '19.10': '2020-07-06', 20.04: '2025-05-31', '20.10': '2021-07-22', 21.04: '2022-01-20', '21.10': '2022-07-14', '22.10': '2023-07-20', 23.04: '2024-01-20', '23.10': '2024-07-12', '24.10': '2025-07-10', 25.04: '2026-01-17', '25.10': '2026-07-01' } },
  { name: 'Alpine', images: ['alpine'], supported: '3.23', codenames: {}, versions: { 3.5: '2018-11-01', 3.6: '2019-05-01', 3.7: '2019-11-01', 3.8: '2020-05-01', 3.9: '2020-11-01', '3.10': '2021-05-01', 3.11: '2021-11-01', 3.12: '2022-05-01', 3.13: '2022-11-01', 3.14: '2023-05-01', 3.15: '2023-11-01', 3.16: '2024-05-23', 3.17: '2024-11-22', 3.18: '2025-05-09', 3.19: '2025-11-01', '3.20': '2026-04-01', 3.21: '2026-11-01' } },
  { name: 'CentOS', images: ['centos'], supported: 'another system', codenames: {}, versions: { 6: '2020-11-30', 7: '2024-06-30', 8: '2021-12-31' } },
] // biome-ignore format: a table

/** Official images that nobody rebuilds any more, with what took their place. */
export const abandonedImages: Readonly<Record<string, string>> = {
  openjdk: 'eclipse-temurin', java: 'eclipse-temurin', adoptopenjdk: 'eclipse-temurin', iojs: 'node', django: 'python', rails: 'ruby', centos: 'almalinux',
} // biome-ignore format: a table
