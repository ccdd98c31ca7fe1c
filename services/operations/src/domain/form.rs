//! The form of an offering: a JSON Schema that the answers of a request are
//! checked against. Nothing is fetched: a schema refers to itself only.

use ciclo_kernel::Refusal;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Retrieve, Uri, ValidationError, Validator};
use serde_json::{Value, json};

/// Most mistakes that a refusal names.
const MISTAKES_MOST: usize = 20;
/// Longest path or explanation of a refusal, in characters.
const TEXT_MOST: usize = 300;

/// Refuses what a schema refers to outside itself.
struct Nowhere;

impl Retrieve for Nowhere {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync + 'static>> {
        Err(format!("{uri} is outside the form").into())
    }
}

/// Checks answers against a form. `INVALID` names each field that is wrong, by its path from
/// `answers`; a form that is no JSON Schema takes no answers at all.
pub fn check(form: &str, answers: &Value) -> Result<(), Refusal> {
    let validator = validator(form)?;
    let mistakes: Vec<(String, String)> = validator
        .iter_errors(answers)
        .flat_map(|mistake| {
            let why = short(&mistake.masked_with("the value").to_string());
            paths(&mistake).into_iter().map(move |path| (short(&path), why.clone()))
        })
        .take(MISTAKES_MOST)
        .collect();
    let Some((first, why)) = mistakes.first() else { return Ok(()) };
    let fields: Vec<Value> =
        mistakes.iter().map(|(path, why)| json!({ "field": path, "message": why })).collect();
    Err(Refusal::invalid(first, why).with("fields", fields))
}

fn validator(form: &str) -> Result<Validator, Refusal> {
    let unusable = |why: String| {
        let why = short(&why);
        Refusal::rule(format!("the form of the offering is no JSON Schema that can be used: {why}"))
    };
    let schema: Value = serde_json::from_str(form).map_err(|why| unusable(why.to_string()))?;
    jsonschema::options()
        .should_validate_formats(true)
        .with_retriever(Nowhere)
        .build(&schema)
        .map_err(|why| unusable(why.to_string()))
}

/// A text from outside, cut to what a refusal has room for.
fn short(text: &str) -> String {
    text.chars().take(TEXT_MOST).collect()
}

/// The fields that a mistake is about: those that are missing or too many are named themselves.
fn paths(mistake: &ValidationError<'_>) -> Vec<String> {
    let at = mistake.instance_path().to_string().replace('/', ".");
    let at = format!("answers{at}");
    match mistake.kind() {
        ValidationErrorKind::Required { property } => {
            vec![property.as_str().map_or_else(|| at.clone(), |name| format!("{at}.{name}"))]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected }
            if !unexpected.is_empty() =>
        {
            unexpected.iter().map(|name| format!("{at}.{name}")).collect()
        }
        // The kinds are not ours and grow: each other one is about the value itself.
        _ => vec![at],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ciclo_kernel::Code;

    fn mailbox() -> String {
        json!({
            "type": "object",
            "required": ["address", "size"],
            "additionalProperties": false,
            "properties": {
                "address": { "type": "string", "format": "email" },
                "size": { "type": "number", "minimum": 1 },
                "owners": { "type": "array", "items": { "type": "object", "required": ["name"] } },
            },
        })
        .to_string()
    }

    fn wrong(form: &str, answers: &Value) -> Vec<String> {
        let refused = check(form, answers).unwrap_err();
        assert_eq!(refused.code, Code::Invalid);
        let fields = refused.facts["fields"].as_array().unwrap();
        assert_eq!(refused.facts["field"], fields[0]["field"]);
        let mut named: Vec<String> =
            fields.iter().map(|field| field["field"].as_str().unwrap().to_owned()).collect();
        named.sort();
        named
    }

    #[test]
    fn what_fits_is_taken_and_what_does_not_is_named() {
        let form = mailbox();
        let fits =
            json!({ "address": "kim@example.org", "size": 1.5, "owners": [{ "name": "Kim", "x": 1 }] });
        assert_eq!(check(&form, &fits), Ok(()));
        assert_eq!(wrong(&form, &json!({})), ["answers.address", "answers.size"]);
        let bad = json!({ "address": "kim", "size": 0, "owners": [{ "name": 1 }, {}], "other": null });
        assert_eq!(
            wrong(&form, &bad),
            ["answers.address", "answers.other", "answers.owners.1.name", "answers.size"]
        );
        assert_eq!(wrong(&form, &json!([])), ["answers"]);
    }

    #[test]
    fn a_refusal_does_not_repeat_the_answers_and_has_an_end() {
        let refused = check(&mailbox(), &json!({ "address": "x".repeat(9_000), "size": 1 })).unwrap_err();
        assert!(refused.message.len() < 200, "{}", refused.message);
        let many: Vec<Value> = vec![json!({}); 500];
        let refused =
            check(&mailbox(), &json!({ "address": "a@b.org", "size": 1, "owners": many })).unwrap_err();
        assert_eq!(refused.facts["fields"].as_array().unwrap().len(), MISTAKES_MOST);
    }

    #[test]
    fn a_form_that_asks_nothing_takes_anything_and_one_that_is_none_takes_nothing() {
        assert_eq!(check("{\"type\": \"object\"}", &json!({ "note": "please" })), Ok(()));
        let fetches = json!({ "$ref": "https://example.org/form.json" }).to_string();
        let broken = json!({ "type": "object", "properties": 5 }).to_string();
        for form in ["", "no form", "[]", &fetches, &broken] {
            assert_eq!(check(form, &json!({})).unwrap_err().code, Code::RuleViolated, "{form}");
        }
    }
}
