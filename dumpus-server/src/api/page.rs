//! Web pages, filled in once when the server starts.

/// Replaces each `{{name}}` of a template by its value, which is HTML.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        page += before;
        page += value.map_or("", |(_, value)| value);
        rest = after;
    }
    page + rest
}

/// Text as HTML, for elements and for attributes in quotes of either kind.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            '\'' => html += "&#39;",
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_values_are_not_searched_for_them() {
        let values = [("a", "{{b}}"), ("b", "two")];
        assert_eq!(fill("<p>{{a}} and {{b}}</p>", &values), "<p>{{b}} and two</p>");
    }

    #[test]
    fn escaped_text_ends_neither_elements_nor_attributes() {
        assert_eq!(
            escape(r#"</p> & "a" 'b'"#),
            "&lt;/p&gt; &amp; &quot;a&quot; &#39;b&#39;"
        );
    }
}
