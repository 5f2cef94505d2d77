// Deals of the demonstration company: when they begin, how long they take, whether they are won, and their way.
#include <algorithm>

#include "modules/demo/demo.h"
#include "modules/demo/names.h"

namespace fairlead::demo {
namespace {

using model::Patch;

// Business by month: a weak Tết (January and February), a strong year's end.
constexpr double season[] = {0.75, 0.65, 1.05, 1.0, 1.0, 1.05, 0.9, 0.9, 1.1, 1.15, 1.2, 1.25};

double chance_of(double log_odds) { return 1 / (1 + std::exp(-log_odds)); }

Instant at_noon(Date day, Chance& chance, std::string_view zone) {
    return Instant{start_of_day(day, zone).micros + (8LL * 3600 + chance.between(0, 9 * 3600)) * 1'000'000};
}

}  // namespace

// Later years have more business than earlier ones, and months their season.
Date Company::opening_day(Chance& chance) const {
    const int days = wishes_.years * 365;
    for (;;) {
        const double u = chance.share();
        const Date day{wishes_.today.days - static_cast<int>(days * (1 - std::sqrt(0.25 + 0.75 * u))) - 1};
        if (chance.share() * 1.25 < season[day.month() - 1]) return day;
    }
}

Result<void> Company::make_deal(Records& records, Chance& chance, const Customer& customer) {
    const Named& source = pick(chance, sources_);
    const std::size_t product_at = static_cast<std::size_t>(chance.below(static_cast<int>(products_.size())));
    const Named& product = products_[product_at];
    const Date day = opening_day(chance);
    const Person& seller = chance.happens(0.85) && customer.seller->started <= day ? *customer.seller : seller_at(chance, day);
    const double months_here = (day.days - seller.started.days) / 30.4;
    const double ramp = months_here < 6 ? -0.5 * (1 - months_here / 6) : 0;
    const double amount = std::max(200.0, chance.log_normal(prices_[product_at] * 1.2, 0.7) * customer.industry->size * source.size);
    const double size_effect = -0.25 * std::log(amount / 20'000);
    const bool won = chance.happens(chance_of(-0.45 + customer.industry->win + customer.region->win + source.win + product.win + seller.skill + ramp + size_effect));
    const double median = 55 * customer.industry->cycle * source.cycle * product.cycle * (amount > 80'000 ? 1.4 : 1) * (won ? 1 : 0.8);
    const double days = std::clamp(chance.log_normal(median, 0.6), 2.0, 700.0);
    const Instant opened = at_noon(day, chance, records.context().zone);

    Patch deal(records.catalog().need("opportunity"));
    deal.set("name", customer.name + ", " + chance.one_of(in(deal_kinds, deal_kinds_vi))).set("account", customer.id).set("owner", seller.id).set("team", seller.team);
    deal.set("stage", open_stages_.front()).set("product", product.id);
    if (customer.contact && chance.happens(0.9)) deal.set("contact", customer.contact);
    if (!chance.happens(0.05)) deal.set("source", source.id);
    if (!chance.happens(0.06)) deal.set("amount", money(amount * chance.log_normal(1, 0.15)));
    deal.set("type", chance.happens(0.55) ? "new" : chance.happens(0.6) ? "expansion" : "renewal");
    deal.set("close_date", Date{day.days + static_cast<int>(std::max(14.0, median * chance.log_normal(1, 0.25)))});
    FAIRLEAD_ASSIGN(const Id id, create(records, deal, opened));
    return follow_deal(records, chance, id, customer, opened, days, won, amount);
}

Result<void> Company::follow_deal(Records& records, Chance& chance, Id deal, const Customer& customer, Instant opened, double days, bool won, double amount) {
    const model::EntityInfo& entity = records.catalog().need("opportunity");
    // The past ends with the day before in every time zone, whatever the hour the company is made at.
    const Instant now{(std::int64_t{wishes_.today.days} * 24 - 14) * 3'600'000'000};
    const auto after = [&](double share) { return Instant{opened.micros + static_cast<std::int64_t>(share * days * 86'400e6)}; };
    model::WriteOptions options;
    options.as_system = true;
    options.through_action = true;
    const auto move = [&](Patch& patch, Instant at) -> Result<void> {
        options.effective = at;
        FAIRLEAD_TRY(records.update(deal, patch, options));
        return {};
    };
    // A lost deal falls out on the way, often early; a won one passes every stage but may skip one.
    const std::size_t last = won ? open_stages_.size() - 1 : static_cast<std::size_t>(chance.below(static_cast<int>(open_stages_.size())));
    for (std::size_t stage = 1; stage <= last; ++stage) {
        const Instant at = after(0.85 * static_cast<double>(stage) / static_cast<double>(last + 1));
        if (at > now) break;
        if (stage < last && chance.happens(0.08)) continue;
        Patch patch(entity);
        patch.set("stage", open_stages_[stage]);
        if (chance.happens(0.3)) patch.set("amount", money(amount * chance.log_normal(1, 0.1)));
        FAIRLEAD_TRY(move(patch, at));
    }
    if (const Instant met = after(0.3); met < now && chance.happens(0.5)) FAIRLEAD_TRY(make_activity(records, chance, customer, deal, met));
    const Instant closed = after(1);
    if (closed < now) {
        Patch patch(entity);
        patch.set("stage", won ? won_ : lost_);
        if (won) patch.set("amount", money(amount));
        if (!won) {
            const Named& reason = pick(chance, reasons_);
            patch.set("lost_reason", reason.id);
            if (chance.happens(0.35)) patch.set("lost_to", pick(chance, competitors_).id);
        }
        return move(patch, closed);
    }
    if (chance.happens(0.7)) {
        Patch patch(entity);
        patch.set("next_step", chance.one_of(in(next_steps, next_steps_vi))).set("next_step_on", Date{wishes_.today.days + chance.between(-3, 20)});
        options.effective.reset();
        FAIRLEAD_TRY(records.update(deal, patch, options));
    }
    if (chance.happens(0.25)) {
        Patch task(records.catalog().need("task"));
        task.set("subject", chance.one_of(in(next_steps, next_steps_vi))).set("due_on", Date{wishes_.today.days + chance.between(-5, 14)}).set("opportunity", deal).set("account", customer.id);
        task.set("owner", customer.seller->id).set("team", customer.seller->team);
        FAIRLEAD_TRY(create(records, task));
    }
    return {};
}

Result<void> Company::make_activity(Records& records, Chance& chance, const Customer& customer, Id deal, Instant at) {
    Patch activity(records.catalog().need("activity"));
    const int kind = chance.below(3);
    activity.set("kind", kind == 0 ? "call" : kind == 1 ? "meeting" : "email");
    activity.set("subject", kind == 0 ? chance.one_of(in(call_subjects, call_subjects_vi)) : kind == 1 ? chance.one_of(in(meeting_subjects, meeting_subjects_vi)) : chance.one_of(in(mail_subjects, mail_subjects_vi)));
    activity.set("at", at).set("account", customer.id).set("opportunity", deal).set("owner", customer.seller->id).set("team", customer.seller->team);
    if (customer.contact) activity.set("contact", customer.contact);
    if (kind != 2) activity.set("length", Duration{static_cast<std::int64_t>(chance.between(5, 90)) * 60'000'000});
    FAIRLEAD_TRY(create(records, activity, at));
    return {};
}

Result<void> Company::make_lead(Records& records, Chance& chance) {
    const bool vietnamese = chance.happens(0.6);
    const Date day = opening_day(chance);
    const Person& seller = seller_at(chance, day);
    Patch lead(records.catalog().need("lead"));
    const std::string family = vietnamese ? chance.one_of(family_names_vi) : chance.one_of(family_names_en);
    const std::string given = vietnamese ? chance.one_of(given_names_vi) : chance.one_of(given_names_en);
    lead.set("name", vietnamese ? family + ' ' + given : given + ' ' + family);
    lead.set("company", vietnamese ? std::string(chance.one_of(company_trades_vi)) + ' ' + chance.one_of(company_places_vi)
                                   : std::string(chance.one_of(company_names_en)) + ' ' + chance.one_of(company_trades_en));
    lead.set("job_title", chance.one_of(in(job_titles, job_titles_vi))).set("source", pick(chance, sources_).id).set("industry", pick(chance, industries_).id);
    lead.set("owner", seller.id).set("team", seller.team);
    if (chance.happens(0.8)) lead.set("email", "lead" + std::to_string(chance.between(1, 9'999'999)) + "@customer.example");
    if (chance.happens(0.5)) lead.set("phone", "+84 9" + std::to_string(chance.between(10'000'000, 99'999'999)));
    const double age = wishes_.today.days - day.days;
    lead.set("status", age < 10 ? "new" : chance.happens(0.3) ? "working" : chance.happens(0.3) ? "nurturing" : chance.happens(0.25) ? "qualified" : "disqualified");
    FAIRLEAD_TRY(create(records, lead, at_noon(day, chance, records.context().zone)));
    return {};
}

}  // namespace fairlead::demo
