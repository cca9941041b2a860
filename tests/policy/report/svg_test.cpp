// Pictures of numbers, within their frame.
#include "policy/report/svg.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

column_chart chart_of(std::vector<std::vector<std::uint64_t>> values) {
    column_chart out{.id = "c", .title = "Mail", .description = "Columns.", .series = {}, .columns = {}, .marks = {}};
    for (std::size_t i = 0; i < (values.empty() ? 0 : values[0].size()); ++i)
        out.series.push_back({.name = "s" + std::to_string(i), .drawn = i == 0 ? series_look::deliver : series_look::reject});
    for (std::size_t i = 0; i < values.size(); ++i)
        out.columns.push_back({.name = "day " + std::to_string(i), .tick = std::to_string(i), .values = values[i]});
    return out;
}

std::string drawn(const column_chart& chart) {
    html::writer out;
    draw(out, chart);
    return std::move(out).take();
}

// The attribute of every element whose tag and class begin like that.
std::vector<double> numbers_in(const std::string& svg, const std::string& element, const std::string& attribute) {
    std::vector<double> out;
    const std::regex pattern(element + "[^>]* " + attribute + "=\"([0-9.]+)");
    for (std::sregex_iterator at(svg.begin(), svg.end(), pattern), end; at != end; ++at) out.push_back(std::stod((*at)[1]));
    return out;
}

TEST(Chart, HeightsAreInProportionAndStandOnOneAnother) {
    const auto svg = drawn(chart_of({{100, 0}, {40, 60}}));
    const auto heights = numbers_in(svg, "<rect", "height"), tops = numbers_in(svg, "<rect", "y");
    ASSERT_EQ(heights.size(), 3u);                                     // nothing is drawn for nothing
    EXPECT_DOUBLE_EQ(heights[0] + 1, heights[1] + 1 + heights[2] + 1); // a seam of one pixel each
    EXPECT_DOUBLE_EQ(tops[0], tops[2]);
    EXPECT_DOUBLE_EQ(tops[2] + heights[2] + 1, tops[1]);
}

TEST(Chart, WhatHappenedOnceShowsBesideAMillion) {
    const auto heights = numbers_in(drawn(chart_of({{1'000'000, 1}})), "<rect", "height");
    ASSERT_EQ(heights.size(), 2u);
    EXPECT_GE(heights[1], 1);
}

TEST(Chart, TellsInWordsWhatItShows) {
    const auto svg = drawn(chart_of({{3, 4}}));
    EXPECT_THAT(svg, HasSubstr(R"(role="img" aria-labelledby="c-title c-desc")"));
    EXPECT_THAT(svg, HasSubstr(R"(<title id="c-title">Mail</title><desc id="c-desc">Columns.</desc>)"));
    EXPECT_THAT(svg, HasSubstr("<title>day 0: s1 4</title>"));
}

TEST(Chart, ScaleHasRoundStepsOfWholeMails) {
    struct {
        std::uint64_t highest;
        std::vector<std::string> steps;
    } const table[] = {{1, {"0", "1"}},
                       {3, {"0", "1", "2", "3"}},
                       {9, {"0", "5", "10"}},
                       {212, {"0", "100", "200", "300"}},
                       {4000, {"0", "1,000", "2,000", "3,000", "4,000"}}};
    for (const auto& row : table) {
        const auto svg = drawn(chart_of({{row.highest}}));
        const auto scale = svg.substr(0, svg.find("</svg>"));
        std::vector<std::string> steps;
        const std::regex pattern(">([0-9,]+)</text>");
        for (std::sregex_iterator at(scale.begin(), scale.end(), pattern), end; at != end; ++at) steps.push_back((*at)[1]);
        EXPECT_EQ(steps, row.steps) << row.highest;
    }
}

TEST(Chart, AnyNumberOfColumnsFits) {
    for (const std::size_t count : {1, 2, 31, 500}) {
        const auto svg = drawn(chart_of(std::vector<std::vector<std::uint64_t>>(count, {7})));
        const auto lefts = numbers_in(svg, "<rect", "x"), widths = numbers_in(svg, "<rect", "width");
        ASSERT_EQ(lefts.size(), count);
        EXPECT_LE(lefts.back() + widths.back(), 100.0);
        EXPECT_LE(widths.front(), 12.0);
        EXPECT_GT(widths.front(), 0.1);
        EXPECT_LE(numbers_in(svg, "<text class=\"tick", "y").size(), 6u); // they do not run into one another
    }
    EXPECT_THAT(drawn(chart_of({})), Not(HasSubstr("<rect")));
}

TEST(Chart, MarksStandWhereTheyBelongAndFlagsDoNotOverlap) {
    auto chart = chart_of(std::vector<std::vector<std::uint64_t>>(10, {7}));
    chart.marks = {{.at = 2.5, .name = "policy <a> became b", .flag = "1"},
                   {.at = 2.6, .name = "", .flag = "2"},
                   {.at = 9.5, .name = "", .flag = "3"}};
    const auto svg = drawn(chart);
    EXPECT_EQ(numbers_in(svg, "<line class=\"mark", "x1"), (std::vector<double>{25, 26, 95}));
    EXPECT_EQ(numbers_in(svg, "<text class=\"flag", "x"), (std::vector<double>{25, 95}));
    EXPECT_THAT(svg, HasSubstr("<title>policy &lt;a&gt; became b</title>"));
    chart.marks.assign(1000, {.at = 5, .name = "", .flag = "x"});
    EXPECT_EQ(numbers_in(drawn(chart), "<line class=\"mark", "x1").size(), most_marks);
}

TEST(Chart, BarsHaveParts) {
    html::writer out;
    draw_bar(out, {{.share = 0.25, .drawn = series_look::warn},
                   {.share = 0, .drawn = series_look::hold},
                   {.share = 0.5, .drawn = series_look::reject}});
    EXPECT_EQ(numbers_in(out.str(), "<rect", "x"), (std::vector<double>{0, 25}));
    EXPECT_EQ(numbers_in(out.str(), "<rect class=\"o-reject", "width"), (std::vector<double>{50}));
}

} // namespace
} // namespace sealgate::policy
