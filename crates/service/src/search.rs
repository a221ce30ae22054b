//! One search box for the whole product.

use domain::search::{Hits, words};

use crate::{Acting, Error, Result, leads, policy::Action, products};

impl Acting {
    /// The best leads within the actor's scope and the best products in which every word of `q` occurs, eight of each.
    /// Nothing for less than two characters.
    ///
    /// # Errors
    /// [`Error::BadRequest`] for more than 200 characters.
    pub async fn search(&self, q: &str) -> Result<Hits> {
        self.allow(Action::ViewLeads)?;
        self.allow(Action::ViewProducts)?;
        let words = words(q).map_err(Error::BadRequest)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.is_empty() {
            return Ok(Hits::default());
        }
        Ok(Hits { leads: leads::hits(self, &words).await?, products: products::hits(self.pool(), &words).await? })
    }
}
