// The input is what somebody does to a log: octets changed, lines removed, repeated, swapped, replaced by others, records
// forged with right hashes, the end cut off. As far as the log was signed, every difference must be found, and no
// record behind it be named.
// What the input says as a line, or as the proof of one record, must be read without harm as well, and is never believed.
#include "policy/audit/event.hpp"
#include "policy/audit/moment.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/text.hpp"
#include "policy/proof/log_proof.hpp"
#include "policy/proof/log_times.hpp"
#include "policy/proof/record_proof.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace sealgate;
using namespace sealgate::policy;

constexpr std::size_t records = 20;
constexpr std::size_t between_checkpoints = 6;
constexpr std::size_t signed_records = records / between_checkpoints * between_checkpoints;

std::string fields_of(std::size_t number) { return "\"id\":\"" + std::to_string(number) + "\""; }

struct signed_log {
    std::vector<std::string> lines;
    std::vector<checkpoint> checkpoints;
};

signed_log make_log() {
    signed_log out;
    chain_end end;
    for (std::size_t i = 0; i < records; ++i) {
        out.lines.push_back(chain(end, fields_of(i)));
        if ((i + 1) % between_checkpoints == 0) out.checkpoints.push_back({.time = {}, .end = end});
    }
    return out;
}

// All from this line on, as somebody writes them who can compute SHA-256.
void forge(std::vector<std::string>& lines, std::size_t from, std::size_t mark) {
    chain_end end;
    if (from > 0)
        if (const auto before = end_at(lines[from - 1])) end = *before;
    for (auto i = from; i < lines.size(); ++i) lines[i] = chain(end, fields_of(i + mark));
}

void tamper(std::vector<std::string>& lines, std::string_view& script) {
    const auto what = static_cast<unsigned char>(script[0]) % 7;
    const auto at = static_cast<unsigned char>(script[1]) % lines.size();
    const auto how = static_cast<unsigned char>(script[2]);
    script.remove_prefix(3);
    const auto place = lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (what) {
    case 0:
        if (!place->empty()) (*place)[how % place->size()] ^= static_cast<char>(1 + how % 127);
        break;
    case 1: lines.erase(place); break;
    case 2: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(how % lines.size()), std::string(*place)); break;
    case 3: std::swap(*place, lines[how % lines.size()]); break;
    case 4: forge(lines, at, how); break;
    case 5: lines.resize(at); break;
    case 6: *place = std::string(text::take_line(script)); break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const signed_log genuine = make_log();
    static const ed25519_public_key key = ed25519_key(std::array<unsigned char, 32>{1}).public_key();
    std::string_view script{reinterpret_cast<const char*>(data), size};
    require(!read_checkpoint(script, {&key, 1}));
    (void)signing_key_named_in(script);
    require(!check_record_proof(script, {&key, 1}));
    log_times times;
    times.see(script);
    (void)times.notes({});
    (void)to_moment(script, {});

    auto lines = genuine.lines;
    for (int i = 0; i < 4 && script.size() >= 3 && !lines.empty(); ++i) tamper(lines, script);

    log_proof proof(genuine.checkpoints);
    for (const auto& line : lines) proof.follow(line);
    proof.finish();
    const auto [theirs, ours] = std::ranges::mismatch(lines, genuine.lines);
    const auto same = static_cast<std::size_t>(ours - genuine.lines.begin());
    if (same < signed_records) require(proof.first_flaw().has_value());
    if (theirs == lines.end() && same >= signed_records) require(!proof.first_flaw());
    const std::size_t proved = proof.last_signed() ? proof.last_signed()->end.last_seq : 0;
    require(proved <= same);
    if (!proof.first_flaw()) return 0;
    const auto& flaw = *proof.first_flaw();
    const bool says_less = flaw.text.contains("before it cannot be proved");
    require(flaw.record >= 1 && (flaw.record <= same + 1 || says_less));
    return 0;
}
