#include "milter/audit_answers.hpp"
#include "milter/audit_verify.hpp"
#include "milter/cmd.hpp"
#include "milter/configured.hpp"

#include <algorithm>
#include <iterator>

namespace sealgate::milter {

namespace {

struct audit_word {
    std::string_view name;
    int (*run)(const invocation&, const config&);
};

constexpr audit_word audit_words[] = {
    {"show", show_records},
    {"reveal", reveal_records},
    {"stats", show_counts},
    {"verify", [](const invocation& called, const config& gateway) { return verify_log(called, gateway, {}); }},
};

} // namespace

int cmd_audit(const invocation& called) {
    const auto* word =
        called.words.empty() ? std::end(audit_words) : std::ranges::find(audit_words, called.words[0], &audit_word::name);
    const bool is_verify = !called.words.empty() && called.words[0] == "verify";
    if (word == std::end(audit_words) || (called.words.size() > 1 && !is_verify)) {
        complain("audit takes one word: show, reveal, stats or verify; see sealgate audit --help");
        return exit_unusable;
    }
    if (called.json() && called.has("--csv")) {
        complain("--json and --csv exclude each other");
        return exit_unusable;
    }
    // Whoever verifies a copy needs no gateway.
    if (called.words.size() > 1) return verify_log(called, {}, {called.words.begin() + 1, called.words.end()});
    const auto gateway = configured(called);
    return gateway ? word->run(called, *gateway) : exit_unusable;
}

} // namespace sealgate::milter
