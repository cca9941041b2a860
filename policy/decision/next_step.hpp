// What a member of staff can do so that a refused mail can go: the second half of a refusal (contract.md section 5).
//
// A step that leads to the next refusal is none: it looks at the cell (where only end-to-end encryption passes, nobody is
// told to send it unencrypted) and at the recipient's key. Pure. Texts are of any length, and name nobody.
// Tested by decision/refusals_test.
#pragma once

#include "policy/decision/decide.hpp"
#include "policy/decision/facts.hpp"
#include "policy/decision/wording.hpp"
#include "policy/rules/policy.hpp"

#include <cstdint>
#include <string>

namespace sealgate::policy {

enum class next_step : std::uint8_t {
    ask_for_key,
    ask_for_new_key,
    ask_about_key,   // the administrator, who disabled it
    ask_for_address, // at another mail service
    give_key,        // the sender has it, the gateway does not
    send_clear,      // the gateway encrypts
    encrypt_here_or_whole,
    encrypt_whole,
    encrypt_to_all,
    encrypt_openly, // without hidden readers
    encrypt_yourself,
    send_less,
    send_to_fewer, // hidden recipients
    send_parts,
    correct_tag,
    choose_label,  // of another program
    write_plainly, // what could not be read
    tag_alike,     // as what it answers
    write_tag,
    ask_administrator,
};

// Its text is "step-WORD".
constexpr auto names(next_step) {
    using enum next_step;
    return std::to_array<named<next_step>>({{ask_for_key, "ask-for-key"},
                                            {ask_for_new_key, "ask-for-new-key"},
                                            {ask_about_key, "ask-about-key"},
                                            {ask_for_address, "ask-for-address"},
                                            {give_key, "give-key"},
                                            {send_clear, "send-clear"},
                                            {encrypt_here_or_whole, "encrypt-here-or-whole"},
                                            {encrypt_whole, "encrypt-whole"},
                                            {encrypt_to_all, "encrypt-to-all"},
                                            {encrypt_openly, "encrypt-openly"},
                                            {encrypt_yourself, "encrypt-yourself"},
                                            {send_less, "send-less"},
                                            {send_to_fewer, "send-to-fewer"},
                                            {send_parts, "send-parts"},
                                            {correct_tag, "correct-tag"},
                                            {choose_label, "choose-label"},
                                            {write_plainly, "write-plainly"},
                                            {tag_alike, "tag-alike"},
                                            {write_tag, "write-tag"},
                                            {ask_administrator, "ask-administrator"}});
}

enum class how_many : std::uint8_t { one, several };

// `found`: what matters of the findings (findings_that_matter()).
next_step step_for(const facts& known, const tag_findings& found, const recipient_decision& refused);

// A sentence; of a step that offers other ways, without its end: they may follow.
std::string text_of(next_step what, const policy& rules, how_many recipients, const wording& in);

// Whether the policy's channels are worth naming: mail will not reach these recipients soon.
bool offers_other_ways(next_step);

// Whether the gateway encrypts, once the step is done.
bool leads_to_sealing(next_step);

// "Signal or Jitsi": the channels for text that the policy rates best; empty where it has none.
std::string best_channels(const policy& rules, const wording& in);

} // namespace sealgate::policy
