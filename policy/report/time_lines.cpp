#include "policy/report/time_lines.hpp"

#include "policy/report/svg.hpp"
#include "policy/report/table.hpp"
#include "policy/report/time_axis.hpp"
#include "policy/report/words.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

namespace sealgate::policy {

namespace {

using html::writer;

// One colour in the chart: which mail it counts.
struct counted_series {
    chart_series shown;
    std::function<bool(const kind_of_mail&)> holds;
};

constexpr std::size_t most_classes_drawn = 6;

counted_series series_of(outcome what, mode how) {
    return {.shown = {.name = std::string(done(what)), .drawn = look_of(what)},
            .holds = [what, how](const kind_of_mail& mail) { return mail.what == what && mail.how == how; }};
}

std::vector<counted_series> outcome_series(mode how) {
    std::vector<counted_series> out;
    for (const auto& one : names(outcome{})) out.push_back(series_of(one.value, how));
    return out;
}

counted_series watched_series() {
    return {.shown = {.name = "only watched", .drawn = series_look::watched},
            .holds = [](const kind_of_mail& mail) { return mail.how == mode::monitor; }};
}

std::vector<counted_series> classification_series(const counts_of_mail& totals) {
    std::map<std::string, std::uint64_t> by_name;
    for (const auto& [mail, number] : totals) by_name[mail.classification] += number;
    std::vector<std::pair<std::string, std::uint64_t>> sorted(by_name.begin(), by_name.end());
    std::ranges::stable_sort(sorted, std::greater{}, [](const auto& one) { return one.second; });
    const auto drawn = std::min(sorted.size(), most_classes_drawn);
    std::vector<counted_series> out;
    for (std::size_t i = 0; i < drawn; ++i) {
        out.push_back({.shown = {.name = classification_text(sorted[i].first),
                                 .drawn = static_cast<series_look>(static_cast<std::size_t>(series_look::k0) + i)},
                       .holds = [name = sorted[i].first](const kind_of_mail& mail) { return mail.classification == name; }});
    }
    std::vector<std::string> others;
    for (std::size_t i = drawn; i < sorted.size(); ++i) others.push_back(sorted[i].first);
    if (!others.empty()) {
        out.push_back({.shown = {.name = counted(others.size(), "other", "others"), .drawn = series_look::k6},
                       .holds = [others](const kind_of_mail& mail) {
                           return std::ranges::find(others, mail.classification) != others.end();
                       }});
    }
    return out;
}

// A chart, its key, and its numbers as a table.
struct time_picture {
    column_chart chart;
    time_axis axis;
    std::vector<std::uint64_t> sums; // one a series
    std::string what;                // "mails by outcome"
};

std::string description_of(const time_picture& picture) {
    const auto& columns = picture.chart.columns;
    const auto& slots = picture.axis.slots;
    const auto highest = std::ranges::max_element(columns, {}, &chart_column::total);
    std::string out = "Stacked columns, one for each " + std::string(name_of(picture.axis.step)) + ", from " +
                      slots.front().name + " to " + slots.back().name + ". The highest is " + highest->name + " with " +
                      counted(highest->total(), "mail", "mails") + ". In all:";
    for (std::size_t i = 0; i < picture.chart.series.size(); ++i)
        out += (i == 0 ? " " : ", ") + html::grouped(picture.sums[i]) + " " + picture.chart.series[i].name;
    out += ".";
    if (!picture.chart.marks.empty())
        out += " Marks: " + counted(picture.chart.marks.size(), "change", "changes") + " of policy or mode.";
    return out;
}

time_picture picture_of(const report_input& of, const std::vector<counted_series>& all, std::string id, std::string what) {
    const auto span = period_of(of);
    time_picture out{.chart = {}, .axis = axis_of(span.from, span.to), .sums = {}, .what = std::move(what)};
    std::vector<const counted_series*> used; // those that have something to show
    for (const auto& one : all) {
        const auto number = sum(of.counted.totals, one.holds);
        if (number == 0) continue;
        used.push_back(&one);
        out.sums.push_back(number);
        out.chart.series.push_back(one.shown);
    }
    for (const auto& slot : out.axis.slots)
        out.chart.columns.push_back({.name = slot.name, .tick = slot.tick, .values = std::vector<std::uint64_t>(used.size())});
    for (const auto& [when, counts] : of.counted.by_hour.values()) {
        const auto at = out.axis.position_of(when);
        if (!at) continue;
        auto& values = out.chart.columns[static_cast<std::size_t>(*at)].values;
        for (std::size_t i = 0; i < used.size(); ++i) values[i] += sum(counts, used[i]->holds);
    }
    out.chart.id = std::move(id);
    out.chart.title = "Outgoing " + out.what + ", by " + std::string(name_of(out.axis.step));
    return out;
}

void add_marks(time_picture& to, const std::deque<change>& changes) {
    std::size_t number = 0;
    for (const auto& one : changes) {
        if (one.kind != change_kind::policy && one.kind != change_kind::mode) continue;
        ++number;
        if (const auto at = to.axis.position_of(one.when))
            to.chart.marks.push_back(
                {.at = *at, .name = time_text(one.when) + ": " + one.what, .flag = std::to_string(number)});
    }
}

void draw_key(writer& to, const time_picture& picture) {
    to.raw("<ul class=\"key\">\n");
    for (std::size_t i = 0; i < picture.chart.series.size(); ++i) {
        to.raw("<li>");
        draw_swatch(to, picture.chart.series[i].drawn);
        to.raw(" ")
            .isolated(picture.chart.series[i].name)
            .raw(" <span class=\"amount\">")
            .count(picture.sums[i])
            .raw("</span></li>\n");
    }
    to.raw("</ul>\n");
}

void draw_numbers(writer& to, const time_picture& picture) {
    data_table table{.id = picture.chart.id + "-table",
                     .caption = picture.chart.title,
                     .heads = {std::string(name_of(picture.axis.step))},
                     .rows = {},
                     .note = {}};
    for (const auto& one : picture.chart.series) table.heads.push_back(one.name);
    table.heads.emplace_back("all");
    for (const auto& column : picture.chart.columns) {
        if (column.total() == 0) continue;
        std::vector<data_cell> row{words(column.name)};
        for (const auto value : column.values) row.push_back(number(value));
        row.push_back(number(column.total()));
        table.rows.push_back(std::move(row));
    }
    if (table.rows.size() < picture.chart.columns.size())
        table.note = "A " + std::string(name_of(picture.axis.step)) + " without mail has no row.";
    to.raw("<details><summary>The numbers of this picture: ").text(picture.what).raw("</summary>\n");
    draw(to, table);
    to.raw("</details>\n");
}

void draw(writer& to, time_picture picture) {
    picture.chart.description = description_of(picture);
    to.raw("<figure>\n<figcaption>").text(picture.chart.title).raw("</figcaption>\n");
    draw_key(to, picture);
    draw(to, picture.chart);
    to.raw("</figure>\n");
    draw_numbers(to, picture);
}

// The legend of the flags, under the pictures that have them.
void draw_flags(writer& to, const report_input& of) {
    data_table table{.id = "marks-table",
                     .caption = "Changes of policy and mode, as numbered in the pictures",
                     .heads = {"mark", "time (UTC)", "change"},
                     .rows = {},
                     .note = {}};
    std::size_t count = 0;
    for (const auto& one : of.counted.changes) {
        if (one.kind != change_kind::policy && one.kind != change_kind::mode) continue;
        if (++count > most_marks) continue;
        table.rows.push_back(
            {words(std::to_string(count)), {.kind = cell_kind::time, .text = sortable_text(one.when)}, outside(one.what)});
    }
    if (count > most_marks)
        table.note = "The first " + std::to_string(most_marks) + " of " + html::grouped(count) +
                     " are marked; Changes of the gateway lists more.";
    draw(to, table);
}

} // namespace

void draw_time_line(writer& to, const report_input& of) {
    if (of.counted.totals.empty()) {
        to.raw("<p>There is no mail to draw.</p>\n");
        return;
    }
    auto outcomes = outcome_series(mode::enforce);
    outcomes.push_back(watched_series());
    auto by_outcome = picture_of(of, outcomes, "by-outcome", "mail by outcome");
    add_marks(by_outcome, of.counted.changes);
    draw(to, std::move(by_outcome));
    auto by_class = picture_of(of, classification_series(of.counted.totals), "by-classification", "mail by classification");
    add_marks(by_class, of.counted.changes);
    draw(to, std::move(by_class));
    draw_flags(to, of);
}

void draw_watched_time_line(writer& to, const report_input& of) {
    draw(to, picture_of(of, outcome_series(mode::monitor), "would-be",
                        "mail that was only watched, by what would have become of it"));
}

} // namespace sealgate::policy
