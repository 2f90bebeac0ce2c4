#!/bin/sh
# Puts a commit into the overlay of an environment and pushes that: how the pipeline deploys, and rolls back.
#
#   scripts/promote.sh ENVIRONMENT COMMIT
#   scripts/promote.sh --back ENVIRONMENT [COMMIT]
#   scripts/promote.sh --show ENVIRONMENT [REVISION]
#
# --back goes to an older commit; without COMMIT to the newest older one that the environment has had.
# --show prints the commit that the environment has, or had at REVISION. Wants to be on main, with all of the
# history: it tells which of two commits is older. PUSH_OPTION goes to git push. LEAVE is the commit that --back leaves: the
# same once more, after a failure on the way, goes no further back, and a newer commit stays.
set -eu

usage() {
  echo "usage: $0 ENVIRONMENT COMMIT, or $0 --back ENVIRONMENT [COMMIT], or $0 --show ENVIRONMENT [REVISION]" >&2
  exit 2
}

fail() {
  echo "$0: $1" >&2
  exit 1
}

what=deploy
case "${1-}" in
  --back)
    what=rollback
    shift
    ;;
  --show)
    what=show
    shift
    ;;
  -*) usage ;;
esac
case "$what $#" in
  'deploy 2' | 'rollback 1' | 'rollback 2' | 'show 1' | 'show 2') ;;
  *) usage ;;
esac
environment="$1"
commit="${2-}"
cd "$(dirname "$0")/.."
overlay="deploy/overlays/$environment/kustomization.yaml"
[ -f "$overlay" ] || { echo "$0: no such environment: $environment" >&2; exit 2; }

image=ledger

# tag IMAGE: its tag in the kustomization.yaml that comes in.
tag() { sed -n "s/^ *newTag: \"\(.*\)\" # $1\$/\1/p"; }

if [ "$what" = show ]; then
  if [ -n "$commit" ]; then git show "$commit:./$overlay" | tag "$image"; else tag "$image" <"$overlay"; fi
  exit 0
fi
[ "$(git rev-parse --is-shallow-repository)" = false ] || fail 'this clone lacks history: git fetch --unshallow'
if [ -n "$commit" ]; then
  # Images are tagged with the whole id.
  commit="$(git rev-parse --quiet --verify "$commit^{commit}")" || { echo "$0: no such commit: $2" >&2; exit 2; }
fi

# had ENVIRONMENT COMMIT: its overlay had that once, so there is an image of it. Most commits have none: a push of several is
# built as the last of them, and the pipeline's own never are.
had() { git log -1 --format=%h -S"newTag: \"$2\" # $image" -- "deploy/overlays/$1/kustomization.yaml" | grep -q .; }

# older A B: B came after A.
older() { [ "$1" != "$2" ] && git merge-base --is-ancestor "$1" "$2" 2>/dev/null; }

# before: where a way back leads.
before() {
  for revision in $(git log --format=%H -- "$overlay"); do
    one="$(git show "$revision:./$overlay" | tag "$image")"
    if older "$one" "$current"; then
      echo "$one"
      return
    fi
  done
}

current="$(tag "$image" <"$overlay")"
if [ "$what" = deploy ]; then
  # An approval that comes late must not put an older release over a newer one.
  if older "$commit" "$current"; then
    fail "$environment already has $current, which is newer than $commit"
  fi
  case "$environment" in
    production) had staging "$commit" || fail "staging has never had $commit, and comes before production" ;;
  esac
elif [ -n "${LEAVE-}" ] && [ "$current" != "$LEAVE" ]; then
  { older "$current" "$LEAVE" && [ "${commit:-$current}" = "$current" ]; } ||
    fail "$environment has $current by now, and not $LEAVE"
  echo "$environment is back at $current already"
  exit 0
elif [ -z "$commit" ]; then
  commit="$(before)"
  [ -n "$commit" ] || fail "$environment has had nothing older than $current"
elif ! older "$commit" "$current"; then
  fail "$commit is not older than $current, which $environment has"
elif ! had "$environment" "$commit"; then
  fail "$environment has never had $commit"
fi

sh scripts/set-image.sh "$environment" "$commit" "$image"

if git diff --quiet -- deploy/overlays; then
  echo "$environment already has $commit"
  exit 0
fi
git commit --quiet --message "$what: $environment to $commit" -- deploy/overlays
echo "$what: $environment from $current to $commit"
# Somebody may have pushed meanwhile, and once more before this push.
for attempt in 1 2 3; do
  git pull --quiet --rebase origin main
  if git push --quiet ${PUSH_OPTION:+--push-option="$PUSH_OPTION"} origin HEAD:main; then
    exit 0
  fi
  echo "push $attempt of 3 failed" >&2
done
exit 1
