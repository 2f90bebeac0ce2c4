// Written by scripts/image-sizes.mjs; do not edit.

/**
 * Megabytes (10⁶ bytes) of the program of a new project, as pulled: by zlib at level 9, of a stripped linux/amd64 build without CGO,
 * by Go 1.27.4. The base image comes on top. The index is the sum of 2^n over the sets of src/golang/sets.ts that are on.
 */
export const programMegabytes =
  '3.2 4.1 6.1 6.4 5.4 5.8 6.3 6.5 4.6 5.5 7.5 7.8 6.9 7.2 7.7 8.0 3.7 4.5 6.4 6.7 5.8 6.1 6.6 6.9 4.8 5.6 7.6 7.9 7.0 7.3 7.8 8.1 3.8 4.7 8.3 8.5 7.6 8.0 8.4 8.7 5.2 6.1 9.7 9.9 9.0 9.4 9.8 10.1 4.3 5.1 8.6 8.9 8.0 8.3 8.8 9.0 5.4 6.2 9.8 10.1 9.2 9.5 10.0 10.3 3.6 4.5 6.8 7.1 6.2 6.5 7.0 7.3 5.0 5.8 8.2 8.5 7.6 7.9 8.4 8.7 4.0 4.8 7.2 7.4 6.5 6.8 7.3 7.6 5.2 6.0 8.4 8.6 7.8 8.1 8.5 8.8 4.1 5.0 9.0 9.3 8.3 8.7 9.2 9.4 5.6 6.4 10.4 10.7 9.7 10.1 10.6 10.8 4.6 5.4 9.3 9.6 8.7 9.0 9.5 9.8 5.7 6.5 10.5 10.8 9.9 10.2 10.7 11.0'
