// The label by which somebody approves a commit of a fork.

export const approvalLabel = 'kyozo: approve'

/** Hosts keep the capitals and blanks that somebody typed. */
export function isApproval(label: string): boolean {
  return label.toLowerCase().replace(/\s+/g, '') === approvalLabel.replace(' ', '')
}
