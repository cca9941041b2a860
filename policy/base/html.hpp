// HTML (and the SVG within it) as text. Markup is what a literal in our source says; everything else is text, and is
// escaped here and nowhere else, for elements and for attributes in double quotes alike. Pure; nothing fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::html {

// For elements and for attributes in quotes.
std::string escaped(std::string_view text);

// Whether an address from outside may become a link: http, https and mailto, and no script.
bool is_safe_link(std::string_view where);

// Made at compile time only, so that nothing from outside can ever be taken for markup.
struct markup {
    std::string_view literal;
    consteval markup(const char* text)
        : literal(text) {}
};

class writer {
public:
    writer& raw(markup part);
    // Control, bidi and other invisible characters become U+FFFD, as in logs; long texts are cut.
    writer& text(std::string_view outside);
    // The same for a paragraph, which may be longer.
    writer& prose(std::string_view outside);
    // Text whose own direction must not turn round what stands beside it.
    writer& isolated(std::string_view outside);
    writer& count(std::uint64_t number);   // "1,204"
    writer& integer(std::uint64_t number); // "1204", for attributes
    writer& decimal(double number);        // "12.35": two digits at most

    const std::string& str() const { return out_; }
    std::string take() && { return std::move(out_); }

private:
    std::string out_;
};

// "1,204"
std::string grouped(std::uint64_t number);

} // namespace sealgate::html
