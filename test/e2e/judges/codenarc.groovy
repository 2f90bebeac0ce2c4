ruleset {
    description 'What may be wrong in a Jenkinsfile, beyond what the compiler refuses'
    ruleset('rulesets/basic.xml')
    ruleset('rulesets/imports.xml')
    ruleset('rulesets/unused.xml')
    ruleset('rulesets/exceptions.xml')
    ruleset('rulesets/concurrency.xml') {
        // `environment` of the declarative syntax looks like one.
        exclude 'NoScriptBindings'
    }
    ruleset('rulesets/jenkins.xml')
    ruleset('rulesets/formatting.xml') {
        // Its maximum is 120; a command is clearer whole.
        exclude 'LineLength'
        // `key: value`, as Jenkins' own documentation writes it.
        SpaceAroundMapEntryColon {
            characterAfterColonRegex = /\s/
        }
    }
}
