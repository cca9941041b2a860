#include "policy/report/proof_view.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/report/table.hpp"
#include "policy/report/time_axis.hpp"
#include "policy/report/words.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

using html::markup;
using html::writer;

// Why no signature proves anything.
markup nothing_signed(const proof_status& proof) {
    if (proof.checkpoints > 0)
        return proof.is_kept
                   ? markup("Nothing: the copies of checkpoints that were given are not of this log as far as it is "
                            "whole, or nobody knows whose they are.")
                   : markup("Nothing: the signed checkpoints are not of this log as far as it is whole, or nobody knows "
                            "whose they are.");
    if (proof.not_genuine > 0)
        return proof.is_kept ? markup("Nothing: of the copies of checkpoints that were given none is genuine and signed by a "
                                      "key that counts.")
                             : markup("Nothing: of the checkpoints at hand none is genuine and signed by a key that counts.");
    return proof.is_kept ? markup("Nothing: the files that were given hold no signed checkpoint.")
                         : markup("Nothing: no signed checkpoint was at hand.");
}

void draw_signatures(writer& to, const proof_status& proof) {
    if (proof.signed_to == 0) {
        to.raw(nothing_signed(proof));
        return;
    }
    to.raw("Records up to ").count(proof.signed_to).raw(" are as they were signed");
    if (proof.signed_at) to.raw(" on "), draw_time(to, *proof.signed_at);
    if (proof.is_kept)
        to.raw(": not written anew, and none is missing. This is proved by copies of the checkpoints that others kept, and so "
               "against the gateway's own administrators too, unless they could change the copies.");
    else
        to.raw(": not written anew, and none is missing, unless by somebody who had the signing key. Against the gateway's own "
               "administrators the log is proved by copies of its checkpoints that others keep (<code>sealgate audit "
               "verify</code>).");
}

void draw_unreadable(writer& to, std::uint64_t lines) {
    if (lines > 0)
        to.raw("<dt>Not counted</dt><dd>")
            .text(counted(lines, "line", "lines"))
            .raw(" of the log that cannot be read as a record.</dd>\n");
}

std::string verdict_of(const proof_status& proof) {
    if (!proof.is_whole()) return (proof.is_chain_whole ? "not proved: " : "not whole: ") + proof.flaw;
    return proof.records == 0 ? "empty" : "whole";
}

std::string signed_text(const proof_status& proof) {
    if (proof.signed_to == 0) return "nothing";
    return "up to record " + std::to_string(proof.signed_to) +
           (proof.signed_at ? ", on " + sortable_text(*proof.signed_at) + " UTC" : "");
}

} // namespace

void draw_time(writer& to, wall_time when) {
    to.raw("<time datetime=\"").text(rfc3339(when)).raw("\">").text(time_text(when)).raw("</time>");
}

void draw_proof(writer& to, const proof_status& proof, std::uint64_t unreadable) {
    if (proof.is_whole() && proof.records == 0)
        to.raw("<p class=\"verdict\"><strong>Empty.</strong> There is no record yet.</p>\n");
    else if (proof.is_whole())
        to.raw("<p class=\"verdict\"><strong>Whole.</strong> ")
            .text(counted(proof.records, "record", "records"))
            .raw(" from the first to the last, and each follows the one before it.</p>\n");
    else if (proof.is_chain_whole)
        to.raw("<p class=\"verdict broken\"><strong>Not proved.</strong> The records follow one another, but ")
            .text(proof.flaw)
            .raw(". The numbers below count the records as they stand; do not rely on them before this is explained.</p>\n");
    else
        to.raw("<p class=\"verdict broken\"><strong>Not whole.</strong> The first that is wrong: ")
            .text(proof.flaw)
            .raw(". The numbers below count the records as they stand; do not rely on them before this is explained.</p>\n");
    to.raw("<dl class=\"proof\">\n<dt>Proved by the chain</dt><dd>");
    if (proof.records == 0)
        to.raw("Nothing yet.");
    else
        to.raw("No record up to ")
            .count(proof.last_record)
            .raw(" was changed, removed, inserted or moved, unless all records after it were written anew too.");
    to.raw("</dd>\n<dt>Proved by signatures</dt><dd>");
    draw_signatures(to, proof);
    to.raw("</dd>\n<dt>Not proved</dt><dd>");
    if (proof.signed_to > 0)
        to.raw("Whether records after ").count(proof.signed_to).raw(" were cut off at the end or written anew.");
    else
        to.raw("Whether records were cut off at the end, or the log was written anew from some record on.");
    to.raw(" Nor what became of mail afterwards: a record says what was decided.</dd>\n");
    for (const auto& remark : proof.remarks) to.raw("<dt>To be known</dt><dd>").text(remark).raw(".</dd>\n");
    draw_unreadable(to, unreadable);
    to.raw("</dl>\n");
}

void draw_proofs(writer& to, const std::vector<gateway_proof>& of, std::uint64_t unreadable) {
    const auto is_whole = [](const gateway_proof& one) { return one.of.is_whole(); };
    if (std::ranges::all_of(of, is_whole))
        to.raw("<p class=\"verdict\"><strong>Whole.</strong> The logs of ")
            .text(counted(of.size(), "gateway", "gateways"))
            .raw(", each by itself: each record follows the one before it.</p>\n");
    else
        to.raw(
            "<p class=\"verdict broken\"><strong>Not proved</strong> of each gateway. The numbers below count the records as "
            "they stand; do not rely on them before this is explained.</p>\n");
    data_table table{.id = "proofs",
                     .caption = "The proof, by gateway",
                     .heads = {"gateway", "records", "the chain", "signed"},
                     .rows = {},
                     .note = {}};
    for (const auto& [gateway, proof] : of)
        table.rows.push_back({outside(gateway), number(proof.records), words(verdict_of(proof)), words(signed_text(proof))});
    draw(to, table);
    to.raw("<dl class=\"proof\">\n<dt>Not proved</dt><dd>Whether records were cut off at the end, nor what became of mail "
           "afterwards: a record says what was decided.</dd>\n");
    for (const auto& [gateway, proof] : of)
        for (const auto& remark : proof.remarks)
            to.raw("<dt>To be known of ").text(gateway).raw("</dt><dd>").text(remark).raw(".</dd>\n");
    draw_unreadable(to, unreadable);
    to.raw("</dl>\n");
}

} // namespace sealgate::policy
