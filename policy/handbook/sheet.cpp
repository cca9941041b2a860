#include "policy/handbook/sheet.hpp"

#include "policy/base/html.hpp"
#include "policy/base/text.hpp"
#include "policy/handbook/marks.hpp"
#include "policy/notices/letter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_paragraph = 20'000; // code points; of us, no longer ones come

// The handbook as a letter: lists are what every form of text can show.
class sheet_writer {
public:
    explicit sheet_writer(const handbook& of)
        : of_(of)
        , words_(of.words) {}

    document write() {
        add(block_kind::title, {{of_.title}});
        add(block_kind::paragraph, of_.intro);
        tags();
        matrix();
        how();
        services();
        channels();
        heading("book-readers");
        list(of_.readers);
        heading("book-ask");
        list(of_.ask);
        sign();
        add(block_kind::small, of_.made);
        return std::move(out_);
    }

private:
    void add(block_kind kind, phrases line) { out_.blocks.push_back({.kind = kind, .lines = {std::move(line)}}); }
    void heading(std::string_view name) { add(block_kind::heading, {{std::string(words_.text(name))}}); }
    void paragraph(std::string_view name) { add(block_kind::paragraph, {{std::string(words_.text(name))}}); }
    void list(std::vector<phrases> lines) {
        if (!lines.empty()) out_.blocks.push_back({.kind = block_kind::list, .lines = std::move(lines)});
    }

    void tags() {
        heading("book-classes");
        std::vector<phrases> lines;
        for (const auto& one : of_.tags) {
            phrases line{{one.tag, emphasis::strong}};
            if (!one.means.empty()) line.push_back({" " + one.means});
            if (!one.others.empty())
                line.push_back({" (" + std::string(words_.text("book-understood")) + ": " + one.others + ")"});
            lines.push_back(std::move(line));
        }
        list(std::move(lines));
        list(of_.tag_notes);
    }

    void matrix() {
        heading("book-what");
        for (std::size_t i = 0; i < of_.tags.size(); ++i) {
            add(block_kind::paragraph, {{of_.tags[i].tag, emphasis::strong}});
            std::vector<phrases> lines;
            for (const auto& row : of_.matrix) lines.push_back({{text::join(row.tiers, ", ") + ": "}, {shown(row.by_tag[i])}});
            list(std::move(lines));
        }
        std::vector<phrases> meanings;
        for (const auto& [what, means] : of_.actions) {
            phrases line{{shown(what) + ": "}};
            std::ranges::copy(means, std::back_inserter(line));
            meanings.push_back(std::move(line));
        }
        add(block_kind::paragraph, {{std::string(words_.text("book-means"))}});
        list(std::move(meanings));
    }

    // "+ goes out"
    std::string shown(action what) const {
        return std::string(mark_of(what)) + " " + std::string(words_.text("book-" + std::string(name_of(what))));
    }

    void how() {
        heading("book-how");
        add(block_kind::paragraph, of_.how);
        if (!of_.example.empty())
            add(block_kind::paragraph, {{std::string(words_.text("book-subject")) + ": "}, {of_.example, emphasis::strong}});
        std::vector<phrases> lines;
        for (const auto& [program, what] : of_.how_in) {
            phrases line{{program + ": ", emphasis::plain}};
            std::ranges::copy(what, std::back_inserter(line));
            lines.push_back(std::move(line));
        }
        list(std::move(lines));
    }

    void services() {
        heading("book-services");
        std::vector<phrases> lines;
        for (const auto& one : of_.services) {
            phrases line{{one.rating, emphasis::strong}, {": " + one.examples}};
            if (!one.means.empty()) line.push_back({". " + one.means});
            lines.push_back(std::move(line));
        }
        list(std::move(lines));
    }

    void channels() {
        if (of_.rungs.empty()) return;
        heading("book-channels");
        paragraph("book-channels-note");
        std::vector<phrases> lines;
        for (const auto& rung : of_.rungs) {
            phrases line{{rung.name, emphasis::strong}};
            for (const auto& [kind, ways] : rung.ways)
                line.push_back({(&ways == &rung.ways.front().second ? ": " : "; ") + kind + ": " + ways});
            lines.push_back(std::move(line));
        }
        list(std::move(lines));
    }

    void sign() {
        heading("book-sign");
        paragraph("book-sign-note");
        std::vector<phrases> lines;
        for (const auto* name : {"book-name", "book-date", "book-signature"})
            lines.push_back({{std::string(words_.text(name)) + ": ____________________"}});
        list(std::move(lines));
    }

    const handbook& of_;
    const language_texts& words_;
    document out_{.language = of_.words.tag, .blocks = {}};
};

// CommonMark section 2.4: any ASCII punctuation may stand behind a backslash. At the beginning of a line there is more that
// means something: headings, lists, rules.
std::string escaped_markdown(std::string_view outside, bool begins) {
    static constexpr std::string_view anywhere = "\\`*_{}[]<>|~&", at_first = "#+-=:.)";
    std::string out;
    for (const char c : text::printable(outside, longest_paragraph)) {
        if (anywhere.contains(c) || (begins && at_first.contains(c))) out += '\\';
        out += c;
        begins = begins && text::is_digit(c); // "1." numbers a list
    }
    return out;
}

// Nothing in it can end the link.
std::string link_target(std::string_view where) {
    std::string out;
    for (const char c : where) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet > 0x20 && octet < 0x7F && c != '<' && c != '>' && c != '\\')
            out += c;
        else
            out += fmt::format("%{:02X}", octet);
    }
    return out;
}

std::string markdown_of(const phrases& line) {
    std::string out;
    for (const auto& one : line) {
        const auto shown = escaped_markdown(one.text, &one == &line.front());
        switch (one.as) {
        case emphasis::plain: out += shown; break;
        case emphasis::strong: out += "**" + shown + "**"; break;
        case emphasis::link:
            out += html::is_safe_link(one.text) ? "[" + shown + "](<" + link_target(one.text) + ">)" : shown;
            break;
        }
    }
    return out;
}

} // namespace

std::string handbook_text(const handbook& of) {
    auto out = as_plain_text(sheet_writer(of).write());
    std::erase(out, '\r');
    return out;
}

std::string handbook_markdown(const handbook& of) {
    std::string out;
    for (const auto& one : sheet_writer(of).write().blocks) {
        if (!out.empty()) out += '\n';
        const std::string_view before = one.kind == block_kind::title     ? "# "
                                        : one.kind == block_kind::heading ? "## "
                                        : one.kind == block_kind::list    ? "- "
                                                                          : "";
        for (const auto& line : one.lines) out += std::string(before) + markdown_of(line) + '\n';
    }
    return out;
}

} // namespace sealgate::policy
