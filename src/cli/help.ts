export async function help(_command: string | undefined): Promise<string> {
  return 'x\n'
}
