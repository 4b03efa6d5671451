//! What Discourse sends: the fields of its JSON that are read. Nothing else of it is known here.

use serde::Deserialize;
use serde_json::Value;

/// A file: a topic, a page of a topic's posts, the newest posts of a site, or a list of categories.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    /// The topic's id.
    pub id: Option<i64>,
    pub title: Option<String>,
    pub category_id: Option<i64>,
    /// `regular`, `private_message`, `banner`.
    pub archetype: Option<String>,
    pub post_stream: Option<PostStream>,
    pub latest_posts: Option<Vec<Value>>,
    pub category_list: Option<CategoryList>,
    pub categories: Option<Vec<Value>>,
}

/// The posts of a topic. They are read one by one, so that a bad one does not take the others with it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PostStream {
    pub posts: Vec<Value>,
}

/// The body of `/categories.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CategoryList {
    pub categories: Vec<Value>,
}

/// One category.
#[derive(Debug, Deserialize)]
pub(super) struct Category {
    pub id: i64,
    pub name: String,
    pub parent_category_id: Option<i64>,
    #[serde(default)]
    pub read_restricted: bool,
    #[serde(default)]
    pub subcategory_list: Vec<Category>,
}

/// One post. Everything but its id may be absent in some version.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: i64,
    pub username: Option<String>,
    pub name: Option<String>,
    /// With `{size}` for the width in pixels.
    pub avatar_template: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    /// Rises with every edit; 1 for a post as it was written.
    #[serde(default)]
    pub version: i64,
    pub cooked: Option<String>,
    #[serde(default)]
    pub post_number: i64,
    /// 1 is a post; 2 a moderator's notice, 3 a small action, 4 a whisper.
    pub post_type: Option<i64>,
    pub reply_to_post_number: Option<i64>,
    pub topic_id: Option<i64>,
    /// In lists of the newest posts.
    pub topic_title: Option<String>,
    pub category_id: Option<i64>,
    #[serde(default)]
    pub actions_summary: Vec<Action>,
    /// Who liked it, as `/post_action_users.json` answers, where an exporter stored that with the post.
    #[serde(default)]
    pub post_action_users: Vec<Liker>,
    #[serde(default)]
    pub accepted_answer: bool,
    pub accepted_at: Option<String>,
    pub deleted_at: Option<String>,
    #[serde(default)]
    pub user_deleted: bool,
}

/// A number of actions of one type on a post; type 2 is a like.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub id: i64,
    #[serde(default)]
    pub count: i64,
}

/// Somebody who liked a post.
#[derive(Debug, Deserialize)]
pub(super) struct Liker {
    pub username: String,
    pub name: Option<String>,
    pub avatar_template: Option<String>,
    pub created_at: Option<String>,
}
