#!/bin/sh
# Puts a commit into the overlay of an environment and pushes that: how the pipeline deploys, and rolls back.
#
#   scripts/promote.sh ENVIRONMENT COMMIT
#   scripts/promote.sh --back ENVIRONMENT [COMMIT]
#   scripts/promote.sh --past GATE ENVIRONMENT COMMIT
#   scripts/promote.sh --close ENVIRONMENT
#   scripts/promote.sh --show ENVIRONMENT [REVISION]
#
# --back goes to an older commit; without COMMIT to the newest older one that got to the end of its steps in the environment.
# --past lets a release of COMMIT that waits for a person go on: past 10, 50.
# --close ends that, once the release is complete: what changes the pods without being a release must not go past the gate.
# --show prints the commit that the environment has, or had at REVISION. Wants to be on main, with all of the
# history: it tells which of two commits is older. PUSH_OPTION goes to git push. LEAVE is the commit that --back leaves: the
# same once more, after a failure on the way, goes no further back, and a newer commit stays.
set -eu

usage() {
  echo "usage: $0 ENVIRONMENT COMMIT, or $0 --back ENVIRONMENT [COMMIT], or $0 --past GATE ENVIRONMENT COMMIT, or $0 --close ENVIRONMENT, or $0 --show ENVIRONMENT [REVISION]" >&2
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
  --past)
    what=promotion
    [ "$#" -ge 2 ] || usage
    past="$2"
    shift 2
    ;;
  --close)
    what=gate
    shift
    ;;
  -*) usage ;;
esac
case "$what $#" in
  'deploy 2' | 'rollback 1' | 'rollback 2' | 'show 1' | 'show 2' | 'promotion 2' | 'gate 1') ;;
  *) usage ;;
esac
environment="$1"
commit="${2-}"
cd "$(dirname "$0")/.."
overlay="deploy/overlays/$environment/kustomization.yaml"
[ -f "$overlay" ] || { echo "$0: no such environment: $environment" >&2; exit 2; }

image=market

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

# gate: the component that decides how far a release goes by itself, in the kustomization.yaml that comes in.
gate() { sed -n 's|^ *- \.\./\.\./components/\(.*\) # gate$|\1|p'; }

# set_gate COMPONENT, in the environment that has a gate.
set_gate() {
  if [ "$environment" = production ]; then
    new="$(mktemp)"
    sed "s|^\( *- \.\./\.\./components/\).* # gate\$|\1$1 # gate|" "$overlay" >"$new"
    cat "$new" >"$overlay"
    rm -f "$new"
  fi
}

# had ENVIRONMENT COMMIT: its overlay had that once, so there is an image of it. Most commits have none: a push of several is
# built as the last of them, and the pipeline's own never are.
had() { git log -1 --format=%h -S"newTag: \"$2\" # $image" -- "deploy/overlays/$1/kustomization.yaml" | grep -q .; }

# older A B: B came after A.
older() { [ "$1" != "$2" ] && git merge-base --is-ancestor "$1" "$2" 2>/dev/null; }

# before: where a way back leads. What got stuck on its way is passed over, as a way back goes past all steps at once; the first
# commit of all had none to go through.
before() {
  newer=''
  first=''
  for revision in $(git log --format=%H -- "$overlay"); do
    file="$(git show "$revision:./$overlay")" || continue
    one="$(printf '%s\n' "$file" | tag "$image")"
    at="$(printf '%s\n' "$file" | gate)"
    case "$environment $newer $at" in
      # Its gate was closed again, which follows upon answers of all of it.
      "production $one canary canary-past-"*) whole=yes ;;
      # Where there are no gates, and from before there were.
      *" ") whole=yes ;;
      *) whole=no ;;
    esac
    if older "$one" "$current"; then
      if [ "$whole" = yes ]; then
        echo "$one"
        return
      fi
      first="$one"
    fi
    newer="$one $at"
  done
  echo "$first"
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
elif [ "$what" = gate ]; then
  commit="$current"
  # All answers are of the new version already. The controller calls it complete a little later, and a list of steps that
  # changes before would begin anew.
  sleep "${CLOSE_AFTER:-60}"
elif [ "$what" = promotion ]; then
  [ "$environment" = production ] || fail "a release waits for nobody in $environment"
  component="canary-past-$past"
  # Two blanks between neighbours: the pattern below wants one on each side of both.
  order=' canary  canary-past-10  canary-past-50 '
  case "$order" in *" $component "*) ;; *) fail "no such gate: $past" ;; esac
  # A person has looked at one version, and lets that one on.
  [ "$commit" = "$current" ] || fail "$environment has $current by now, and not $commit"
  # The steps would begin anew.
  case "$order" in *" $component "*" $(gate <"$overlay") "*) fail "$environment is past that gate already" ;; esac
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

case "$what" in
  # Not once more for what is there: its steps would begin anew.
  deploy) [ "$commit" = "$current" ] || set_gate canary ;;
  promotion) set_gate "$component" ;;
  gate) set_gate canary ;;
  # The way back waits for nobody.
  rollback) set_gate canary-past-50 ;;
esac
sh scripts/set-image.sh "$environment" "$commit" "$image"

# Nothing waits for these, so they follow at once.
if [ "$what" = deploy ] && [ "$environment" = staging ]; then
  sh scripts/set-image.sh dev "$commit" "$image"
fi

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
