// The input is a header, as a mail file has it. Whatever it says, find_tags must come back with short,
// printable, valid UTF-8, and a tag that stands in a Subject of its own must be found beside it. The policy names all families
// of labels.
#include "policy/base/text.hpp"
#include "policy/tags/reader.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace sealgate::policy;

policy make_policy() {
    policy rules;
    rules.classifications = {
        {.name = "public", .tags = {"public", "CLEAR", "公开"}},
        {.name = "internal", .tags = {"internal", "VS-NfD", "AMBER", "geschäftlich"}},
        {.name = "confidential", .tags = {"confidential", "streng vertraulich", "конфиденциально", "机密", "AMBER+STRICT"}},
    };
    rules.untagged = 1;
    rules.carriers.subject = {{.before = "[", .after = "]"},
                              {.before = "#", .after = "#"},
                              {.before = "", .after = ":"},
                              {.before = "TLP:", .after = ""}};
    rules.carriers.headers = {"X-Classification", "Keywords"};
    rules.carriers.sensitivity = {{"Company-Confidential", 2}, {"Private", 2}, {"Personal", 1}};
    using enum carrier;
    for (const auto family : {msip, epms, tlp, sio, titus, boldon_james, janusseal, nextcloud, keywords, calendar}) {
        auto& labels = rules.carriers.labels[family];
        labels.of = {"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "x.example", "classification", "oc1"};
        for (const auto value : {"11111111-2222-3333-4444-555555555555", "RED", "PROTECTED", "NATO SECRET", "PRIVATE", "7"})
            labels.values[label_key(value)] = {.spelled = value, .classification = 2};
    }
    rules.carriers.labels[keywords].unknown = unknown_label::ignore;
    return rules;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const policy rules = make_policy();
    auto mail = parse_message({reinterpret_cast<const char*>(data), size});
    mail.fields.push_back({.name = "Subject", .value = " [confidential]"});
    const auto found = find_tags(rules, mail);
    const found_tag ours{.tag = "confidential", .classification = 2, .where = carrier::subject};
    require(std::ranges::find(found.tags, ours) != found.tags.end());
    for (const auto& miss : found.near_misses) {
        const auto points = sealgate::text::decode_utf8(miss.text);
        require(points.size() <= 64 && sealgate::text::encode_utf8(points) == miss.text);
        require(std::ranges::none_of(points, [](char32_t c) { return c < 0x20 || c == 0x7F; }));
    }
    return 0;
}
