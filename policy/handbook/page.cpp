#include "policy/handbook/page.hpp"

#include "policy/base/html.hpp"
#include "policy/handbook/marks.hpp"
#include "policy/handbook/style.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

using html::markup;
using html::writer;

class page_writer {
public:
    explicit page_writer(const handbook& of)
        : of_(of)
        , words_(of.words) {}

    std::string write() && {
        out_.raw("<!DOCTYPE html>\n<html lang=\"").text(words_.tag).raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
        out_.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
        out_.text(of_.title).raw("</title>\n<style>").raw(handbook_style).raw("</style>\n</head>\n<body>\n");
        out_.raw("<header>\n<h1>").text(of_.title).raw("</h1>\n<p class=\"lead\">");
        line(of_.intro);
        out_.raw("</p>\n</header>\n<main>\n");
        section("tags", "book-classes", [&] { tags(); });
        section("what", "book-what", [&] { matrix(); });
        section("how", "book-how", [&] { how(); });
        section("services", "book-services", [&] { services(); });
        if (!of_.rungs.empty()) section("channels", "book-channels", [&] { channels(); });
        out_.raw("<div class=\"beside\">\n");
        section("readers", "book-readers", [&] { list(of_.readers); });
        section("ask", "book-ask", [&] { list(of_.ask); });
        out_.raw("</div>\n");
        section("sign", "book-sign", [&] { sign(); });
        out_.raw("</main>\n<footer><p>");
        line(of_.made);
        out_.raw("</p></footer>\n</body>\n</html>\n");
        return std::move(out_).take();
    }

private:
    void section(markup id, std::string_view heading, const auto& draw) {
        out_.raw("<section id=\"").raw(id).raw("\" aria-labelledby=\"").raw(id).raw("-heading\">\n<h2 id=\"").raw(id);
        out_.raw("-heading\">");
        word(heading);
        out_.raw("</h2>\n");
        draw();
        out_.raw("</section>\n");
    }

    void word(std::string_view name) { out_.prose(words_.text(name)); }

    void line(const phrases& all) {
        for (const auto& one : all) {
            switch (one.as) {
            case emphasis::plain: out_.prose(one.text); break;
            case emphasis::strong: out_.raw("<strong>").prose(one.text).raw("</strong>"); break;
            case emphasis::link: link(one.text); break;
            }
        }
    }

    void link(const std::string& where) {
        if (!html::is_safe_link(where)) {
            out_.prose(where);
            return;
        }
        out_.raw("<a href=\"").prose(where).raw("\">").prose(where).raw("</a>");
    }

    void list(const std::vector<phrases>& lines) {
        out_.raw("<ul>\n");
        for (const auto& one : lines) {
            out_.raw("<li>");
            line(one);
            out_.raw("</li>\n");
        }
        out_.raw("</ul>\n");
    }

    void tags() {
        out_.raw("<ul class=\"tags\">\n");
        for (const auto& one : of_.tags) {
            out_.raw("<li><p><strong class=\"tag\">").text(one.tag).raw("</strong> ");
            out_.prose(one.means).raw("</p>");
            if (!one.others.empty()) {
                out_.raw("<p class=\"soft\">");
                word("book-understood");
                out_.raw(": ").prose(one.others).raw("</p>");
            }
            out_.raw("</li>\n");
        }
        out_.raw("</ul>\n");
        list(of_.tag_notes);
    }

    void drawing(action what) {
        out_.raw("<svg viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\">")
            .raw(drawing_of(what))
            .raw("</svg>");
    }

    static markup colour(action what) {
        switch (what) {
        case action::deliver: return "deliver";
        case action::warn: return "warn";
        case action::encrypt: return "encrypt";
        case action::require: return "require";
        case action::hold: return "hold";
        case action::reject: return "reject";
        }
        std::unreachable();
    }

    void shown(action what) {
        out_.raw("<span class=\"act ").raw(colour(what)).raw("\">");
        drawing(what);
        out_.raw("<span>");
        word("book-" + std::string(name_of(what)));
        out_.raw("</span></span>");
    }

    // On a phone each row becomes a card, and so says its roles itself.
    void matrix() {
        out_.raw("<table role=\"table\" class=\"matrix\">\n<caption>");
        word("book-what-note");
        out_.raw("</caption>\n<thead role=\"rowgroup\"><tr role=\"row\"><th role=\"columnheader\" scope=\"col\">");
        word("book-goes-to");
        out_.raw("</th>");
        for (const auto& one : of_.tags)
            out_.raw("<th role=\"columnheader\" scope=\"col\" class=\"tag\">").text(one.tag).raw("</th>");
        out_.raw("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for (const auto& row : of_.matrix) {
            out_.raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">");
            for (const auto& tier : row.tiers) out_.text(&tier == &row.tiers.front() ? "" : ", ").text(tier);
            out_.raw("</th>");
            for (std::size_t i = 0; i < row.by_tag.size(); ++i) {
                out_.raw("<td role=\"cell\"><span class=\"of\" aria-hidden=\"true\">").text(of_.tags[i].tag).raw("</span>");
                shown(row.by_tag[i]);
                out_.raw("</td>");
            }
            out_.raw("</tr>\n");
        }
        out_.raw("</tbody>\n</table>\n<dl class=\"actions\">\n");
        for (const auto& [what, means] : of_.actions) {
            out_.raw("<div><dt>");
            shown(what);
            out_.raw("</dt><dd>");
            line(means);
            out_.raw("</dd></div>\n");
        }
        out_.raw("</dl>\n");
    }

    void how() {
        out_.raw("<p>");
        line(of_.how);
        out_.raw("</p>\n");
        if (!of_.example.empty()) {
            out_.raw("<p class=\"example\"><span class=\"soft\">");
            word("book-subject");
            out_.raw("</span> <strong>").text(of_.example).raw("</strong></p>\n");
        }
        out_.raw("<dl class=\"how\">\n");
        for (const auto& [program, what] : of_.how_in) {
            out_.raw("<div><dt>").text(program).raw("</dt><dd>");
            line(what);
            out_.raw("</dd></div>\n");
        }
        out_.raw("</dl>\n");
    }

    void services() {
        out_.raw("<dl class=\"services\">\n");
        for (const auto& one : of_.services) {
            out_.raw("<div><dt>").text(one.rating).raw("</dt><dd>").prose(one.examples);
            if (!one.means.empty()) out_.raw(". <span class=\"soft\">").prose(one.means).raw("</span>");
            out_.raw("</dd></div>\n");
        }
        out_.raw("</dl>\n");
    }

    void channels() {
        out_.raw("<p>");
        word("book-channels-note");
        out_.raw("</p>\n<ol class=\"ladder\">\n");
        for (const auto& rung : of_.rungs) {
            out_.raw("<li><b>").text(rung.name).raw("</b><dl>");
            for (const auto& [kind, ways] : rung.ways)
                out_.raw("<div><dt>").text(kind).raw("</dt><dd>").prose(ways).raw("</dd></div>");
            out_.raw("</dl></li>\n");
        }
        out_.raw("</ol>\n");
    }

    void sign() {
        out_.raw("<p>");
        word("book-sign-note");
        out_.raw("</p>\n<ul class=\"lines\">\n");
        for (const auto* name : {"book-name", "book-date", "book-signature"}) {
            out_.raw("<li>");
            word(name);
            out_.raw("</li>\n");
        }
        out_.raw("</ul>\n");
    }

    const handbook& of_;
    const language_texts& words_;
    writer out_;
};

} // namespace

std::string handbook_page(const handbook& of) { return page_writer(of).write(); }

} // namespace sealgate::policy
