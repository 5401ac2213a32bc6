//! How the figures are printed.

use crate::Size;
use crate::groups::Costs;
use crate::load::Request;

/// CPU time of each request at each size, and the ratio to the smallest.
pub(crate) fn requests(sizes: &[Size], costs: &[Vec<Vec<f64>>], rounds: usize) {
    println!(
        "CPU time of the server for one request; {rounds} rounds, interleaved; median (least to greatest); ratios within each round"
    );
    for (request, of_request) in Request::ALL.into_iter().zip(costs) {
        println!("\n{:<34}{:<34}x the smallest", request.name(), "us");
        for (size, cost) in sizes.iter().zip(of_request) {
            let smallest = of_request.first().map(Vec::as_slice).unwrap_or_default();
            let ratios: Vec<f64> = cost
                .iter()
                .zip(smallest)
                .map(|(one, base)| one / base)
                .collect();
            println!(
                "{:<34}{:<34}{}",
                format!("{} users", size.users),
                spread(cost, 1),
                spread(&ratios, 2)
            );
        }
    }
    println!("\n{:<34}MiB", "memory (VmRSS)");
    for size in sizes {
        let users = format!("{} users", size.users);
        println!("{users:<34}{:.1}", size.child.memory());
    }
}

/// What patches of groups cost: by how many join or leave and how many are in.
pub(crate) fn patches(users: usize, rows: &[(usize, usize, Vec<Costs>)]) {
    println!(
        "\nPATCH of a group that adds or removes members, among {users} users; ms; median (least to greatest)\n\n{:<9}{:<11}{:<28}{:<28}{:<32}{:<34}CPU us for each of them",
        "members",
        "in a group",
        "until the answer",
        "CPU until the answer",
        "until all are evaluated",
        "CPU until then",
    );
    for (count, members, costs) in rows {
        let all = |part: fn(&Costs) -> &Vec<f64>| -> Vec<f64> {
            costs.iter().flat_map(part).copied().collect()
        };
        let cpu = all(|costs| &costs.cpu);
        let each: Vec<f64> = cpu.iter().map(|ms| ms * 1e3 / *count as f64).collect();
        println!(
            "{count:<9}{:<11}{:<28}{:<28}{:<32}{:<34}{}",
            format!("of {members}"),
            spread(&all(|costs| &costs.answer), 1),
            spread(&all(|costs| &costs.own), 1),
            spread(&all(|costs| &costs.settled), 1),
            spread(&cpu, 1),
            spread(&each, 0),
        );
    }
}

/// The median, least and greatest.
fn spread(list: &[f64], digits: usize) -> String {
    let mut list = list.to_vec();
    list.sort_by(f64::total_cmp);
    let at = |place: usize| list.get(place).copied().unwrap_or(f64::NAN);
    let (median, least) = (at(list.len() / 2), at(0));
    let greatest = at(list.len().saturating_sub(1));
    format!("{median:.digits$} ({least:.digits$} to {greatest:.digits$})")
}
